#!/usr/bin/env bash
# Shows the whole way on this machine: builds, starts the test Exchange with the sample company, synchronizes, prints a
# contact's activity list, delivers new mail, synchronizes again. Fails where it does not print what it should.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

company=tests/fixtures/company
work="$(mktemp -d)"
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT

say 'Building the PHP extension and the test Exchange'
cargo build --release -p exchange-sync
cargo build -p exchange-server

say 'Starting the test Exchange with the sample company, over HTTPS'
export EXCHANGE_SERVER_PASSWORD="demo-$RANDOM$RANDOM"
target/debug/exchange-server --listen 127.0.0.1:0 --tls "$work/tls" --company "$company" >"$work/ready" &
server=$!
for _ in $(seq 100); do
    [ -s "$work/ready" ] && break
    kill -0 "$server"
    sleep 0.1
done
url="$(sed -E 's/.*"url":"([^"]*)".*/\1/' "$work/ready")"
echo "$url"

cat >"$work/exchange-sync.yaml" <<YAML
server: $url
version: auto
login: svc
password_env: EXCHANGE_SERVER_PASSWORD
domains: [lindqvist-boats.example]
ca_file: tls/ca.pem
contacts: $PWD/$company/contacts.csv
users: $PWD/$company/users.csv
database: mail.sqlite
YAML

run() {
    printf '\n$ exchange-sync %s\n' "$*"
    php -d extension="$PWD/target/release/libexchange_sync.so" php/bin/exchange-sync "$@" -c "$work/exchange-sync.yaml" |
        tee "$work/printed"
}
expect() {
    if ! grep -qF -- "$1" "$work/printed"; then
        echo "The demo did not print: $1" >&2
        exit 1
    fi
}
deliver() {
    local body
    body="$(base64 -w 0 "tests/fixtures/company-later/$2")"
    curl -sSf --cacert "$work/tls/ca.pem" -o /dev/null "${url%/EWS/*}/control" --data-binary @- <<JSON
{"command": "deliver", "mailbox": "jonas@lindqvist-boats.example", "folder": "$1", "eml_base64": "$body"}
JSON
}

say 'Is the server reachable, and may the service account read the mailboxes?'
run check

say 'First synchronization'
run sync
expect 'New e-mails: 15, further copies: 1,'
run activities clara.hoffmann@seebad-hotel.example
expect 'Anfrage: sechs Ruderboote'
expect '4 of 4 e-mails of contact 1.'

say 'New mail arrives: an order, its confirmation, and a newsletter'
deliver inbox order.eml
deliver inbox newsletter.eml
deliver sentitems order-confirmed.eml

say 'Second synchronization: only what is new'
run sync
expect 'New e-mails: 2, further copies: 0,'
run activities clara.hoffmann@seebad-hotel.example
expect '6 of 6 e-mails of contact 1.'
run status

<?php

/*
 * First synchronization with PHP's SoapClient: headers of everything, matched in memory, MIME of what matched.
 *
 * Takes one JSON argument (see harness/clients.py) and prints one JSON line. SoapClient waits for each answer, so
 * `concurrency` processes share the mailboxes, as several cron jobs or queue consumers would.
 */

declare(strict_types=1);

require __DIR__ . '/lib/measure.php';
require __DIR__ . '/lib/book.php';

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const PAGE = 512;
const HEADERS_AT_ONCE = 200;
const MIME_AT_ONCE = 50;
const NOT_COLLECTED = ['Drafts', 'Junk Email', 'Outbox', 'Deleted Items'];
const FIELDS = [
    'item:ItemClass', 'item:DateTimeReceived', 'item:Size', 'message:Sender', 'message:ToRecipients',
    'message:CcRecipients', 'message:BccRecipients', 'message:From', 'message:InternetMessageId', 'message:IsRead',
];

final class SoapMail
{
    private readonly SoapClient $client;

    public function __construct(array $plan)
    {
        $this->client = new SoapClient(__DIR__ . '/mail.wsdl', [
            'location' => $plan['url'],
            'login' => $plan['login'],
            'password' => $plan['password'],
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
            'cache_wsdl' => WSDL_CACHE_MEMORY,
            'keep_alive' => true,
        ]);
    }

    public function open(string $mailbox): void
    {
        $address = htmlspecialchars($mailbox, ENT_XML1);
        $version = sprintf('<t:RequestServerVersion xmlns:t="%s" Version="Exchange2013_SP1"/>', TYPES);
        $person = sprintf(
            '<t:ExchangeImpersonation xmlns:t="%s"><t:ConnectingSID><t:PrimarySmtpAddress>%s</t:PrimarySmtpAddress>'
            . '</t:ConnectingSID></t:ExchangeImpersonation>',
            TYPES,
            $address
        );
        $this->client->__setSoapHeaders([
            new SoapHeader(TYPES, 'RequestServerVersion', new SoapVar($version, XSD_ANYXML)),
            new SoapHeader(TYPES, 'ExchangeImpersonation', new SoapVar($person, XSD_ANYXML)),
        ]);
    }

    /** @return list<string> ids of the folders that hold mail */
    public function folders(): array
    {
        $fields = '<t:FieldURI FieldURI="folder:DisplayName"/><t:FieldURI FieldURI="folder:FolderClass"/>'
            . '<t:FieldURI FieldURI="folder:TotalCount"/>';
        $answer = $this->call('FindFolder', '<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>'
            . $fields . '</t:AdditionalProperties></m:FolderShape><m:ParentFolderIds>'
            . '<t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds>', 'Traversal="Deep"')[0];
        $found = [];
        foreach ($answer->RootFolder->Folders->Folder ?? [] as $folder) {
            $mail = ($folder->FolderClass ?? '') === 'IPF.Note' && !in_array($folder->DisplayName, NOT_COLLECTED, true);
            if ($mail && $folder->TotalCount > 0) {
                $found[] = $folder->FolderId->Id;
            }
        }

        return $found;
    }

    /** @return iterable<list<string>> pages of item ids */
    public function ids(string $folder): iterable
    {
        $state = '';
        do {
            $answer = $this->call('SyncFolderItems', sprintf(
                '<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:FolderId Id="%s"/>'
                . '</m:SyncFolderId>%s<m:MaxChangesReturned>%d</m:MaxChangesReturned>',
                $folder,
                $state === '' ? '' : "<m:SyncState>$state</m:SyncState>",
                PAGE
            ))[0];
            $state = $answer->SyncState;
            yield array_map(static fn (object $c): string => $c->Message[0]->ItemId->Id, $answer->Changes->Create ?? []);
        } while (!$answer->IncludesLastItemInRange);
    }

    /**
     * @param list<string> $ids
     *
     * @return iterable<object>
     */
    public function items(array $ids, string $shape): iterable
    {
        $ids = implode('', array_map(static fn (string $id): string => "<t:ItemId Id=\"$id\"/>", $ids));
        $shape = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>$shape</m:ItemShape>";
        foreach ($this->call('GetItem', "$shape<m:ItemIds>$ids</m:ItemIds>") as $answer) {
            yield from $answer->Items->Message ?? [];
        }
    }

    private function call(string $operation, string $body, string $attributes = ''): array
    {
        $xml = sprintf('<m:%s xmlns:m="%s" xmlns:t="%s" %s>%s</m:%1$s>', $operation, MESSAGES, TYPES, $attributes, $body);
        $answer = $this->client->__soapCall($operation, [new SoapVar($xml, XSD_ANYXML)]);

        return $answer->ResponseMessages->{$operation . 'ResponseMessage'};
    }
}

function collect(SoapMail $mail, Book $book, string $mailbox): array
{
    $fields = implode('', array_map(static fn (string $f): string => "<t:FieldURI FieldURI=\"$f\"/>", FIELDS));
    $headers = "<t:AdditionalProperties>$fields</t:AdditionalProperties>";
    $seen = $found = $bytes = 0;
    $mail->open($mailbox);
    foreach ($mail->folders() as $folder) {
        foreach ($mail->ids($folder) as $ids) {
            $wanted = [];
            foreach (array_chunk($ids, HEADERS_AT_ONCE) as $chunk) {
                foreach ($mail->items($chunk, $headers) as $message) {
                    ++$seen;
                    $sender = ($message->From ?? $message->Sender ?? null)?->Mailbox[0]->EmailAddress ?? null;
                    $to = [];
                    foreach (['ToRecipients', 'CcRecipients', 'BccRecipients'] as $field) {
                        foreach ($message->$field->Mailbox ?? [] as $address) {
                            $to[] = $address->EmailAddress ?? '';
                        }
                    }
                    if ($sender !== null && $book->matches($sender, $to)) {
                        $wanted[] = $message->ItemId->Id;
                    }
                }
            }
            foreach (array_chunk($wanted, MIME_AT_ONCE) as $chunk) {
                foreach ($mail->items($chunk, '<t:IncludeMimeContent>true</t:IncludeMimeContent>') as $message) {
                    ++$found;
                    $bytes += strlen($message->MimeContent);
                }
            }
        }
    }

    return ['seen' => $seen, 'matched' => $found, 'mime_bytes' => $bytes];
}

$plan = json_decode($argv[1], true, flags: JSON_THROW_ON_ERROR);
$measure = new Measure();
$book = new Book($plan['users'], $plan['contacts']);
$mailboxes = array_column(iterator_to_array(rows($plan['users'])), 0);
$measure->begin();
$pipes = [];
for ($worker = 0; $worker < $plan['concurrency']; ++$worker) {
    [$mine, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    if (pcntl_fork() === 0) {
        fclose($mine);
        $mail = new SoapMail($plan);
        $own = ['seen' => 0, 'matched' => 0, 'mime_bytes' => 0];
        for ($at = $worker; $at < count($mailboxes); $at += $plan['concurrency']) {
            foreach (collect($mail, $book, $mailboxes[$at]) as $name => $value) {
                $own[$name] += $value;
            }
        }
        fwrite($theirs, json_encode($own) . "\n");
        exit(0);
    }
    fclose($theirs);
    $pipes[] = $mine;
}
$sums = ['seen' => 0, 'matched' => 0, 'mime_bytes' => 0];
foreach ($pipes as $pipe) {
    foreach (json_decode((string) fgets($pipe), true, flags: JSON_THROW_ON_ERROR) as $name => $value) {
        $sums[$name] += $value;
    }
    pcntl_wait($status);
}
echo json_encode($sums + $measure->spent()), "\n";

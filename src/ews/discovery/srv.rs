//! SRV records (RFC 2782) of the host's name servers. Knows no Autodiscover.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, Question, RCODE, TYPE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// A name server answers within milliseconds or is not there.
const PATIENCE: Duration = Duration::from_secs(2);
const PORT: u16 = 53;

/// Name servers to ask, in this order.
#[derive(Debug, Clone)]
pub(super) struct Dns {
    pub(super) servers: Vec<SocketAddr>,
}

impl Dns {
    /// Those of `/etc/resolv.conf`.
    pub(super) fn of_host() -> Self {
        let config = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        Self {
            servers: name_servers(&config),
        }
    }

    /// Host and port of a service, by lowest priority and highest weight; `None` where there is no such service.
    pub(super) async fn service(&self, name: &str) -> Result<Option<(String, u16)>, String> {
        let mut last = Err("no name server is known".to_owned());
        for server in &self.servers {
            last = ask(*server, name).await;
            if last.is_ok() {
                break;
            }
        }
        last
    }
}

fn name_servers(config: &str) -> Vec<SocketAddr> {
    config
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .filter_map(|address| address.trim().parse::<IpAddr>().ok())
        .map(|address| SocketAddr::new(address, PORT))
        .collect()
}

async fn ask(server: SocketAddr, name: &str) -> Result<Option<(String, u16)>, String> {
    let id = id();
    let query = query(id, name)?;
    let answer = match within(by_udp(server, &query)).await? {
        answer if is_truncated(&answer) => within(by_tcp(server, &query)).await?,
        answer => answer,
    };
    read(&answer, id)
}

async fn within(answer: impl Future<Output = std::io::Result<Vec<u8>>>) -> Result<Vec<u8>, String> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("the name server does not answer".into()),
    }
}

/// Hard to guess, as RFC 5452 asks; the source port adds to it.
fn id() -> u16 {
    let mut id = [0; 2];
    // Without randomness there is no TLS either, so a constant does no more harm.
    let _ = openssl::rand::rand_bytes(&mut id);
    u16::from_be_bytes(id)
}

fn query(id: u16, name: &str) -> Result<Vec<u8>, String> {
    let name = Name::new(name).map_err(|error| error.to_string())?;
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet
        .questions
        .push(Question::new(name, TYPE::SRV.into(), CLASS::IN.into(), false));
    packet.build_bytes_vec().map_err(|error| error.to_string())
}

async fn by_udp(server: SocketAddr, query: &[u8]) -> std::io::Result<Vec<u8>> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => [0; 4].into(),
        SocketAddr::V6(_) => [0_u8; 16].into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    // Connected, so that only this server's answers come in.
    socket.connect(server).await?;
    socket.send(query).await?;
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).await?;
    answer.truncate(length);
    Ok(answer)
}

async fn by_tcp(server: SocketAddr, query: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_u16(query.len() as u16).await?;
    stream.write_all(query).await?;
    let mut answer = vec![0; stream.read_u16().await?.into()];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

fn is_truncated(answer: &[u8]) -> bool {
    simple_dns::header_buffer::has_flags(answer, PacketFlag::TRUNCATION).unwrap_or_default()
}

fn read(answer: &[u8], id: u16) -> Result<Option<(String, u16)>, String> {
    let packet = Packet::parse(answer).map_err(|error| error.to_string())?;
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) {
        return Err("the name server answers another question".into());
    }
    match packet.rcode() {
        RCODE::NoError => {}
        RCODE::NameError => return Ok(None),
        other => return Err(format!("the name server answers {other:?}")),
    }
    let mut services: Vec<_> = packet
        .answers
        .iter()
        .filter_map(|record| match &record.rdata {
            RData::SRV(service) => Some((
                service.priority,
                service.weight,
                service.target.to_string(),
                service.port,
            )),
            _ => None,
        })
        // The root as the target says that there is no such service.
        .filter(|(_, _, target, port)| !target.is_empty() && *port != 0)
        .collect();
    services.sort_by_key(|(priority, weight, _, _)| (*priority, u16::MAX - weight));
    Ok(services
        .into_iter()
        .next()
        .map(|(_, _, target, port)| (target.trim_end_matches('.').to_ascii_lowercase(), port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_are_those_of_resolv_conf() {
        let config =
            "# comment\nsearch example.com\nnameserver 192.0.2.1\n nameserver\t2001:db8::1\nnameserver nonsense\n";
        assert_eq!(
            name_servers(config),
            ["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:53".parse().unwrap()]
        );
    }

    #[test]
    fn an_answer_to_another_question_is_refused() {
        let query = query(7, "_autodiscover._tcp.example.com").unwrap();
        assert!(read(&query, 7).is_err(), "a query is no answer");
        let answer = Packet::parse(&query).unwrap().into_reply().build_bytes_vec().unwrap();
        assert_eq!(read(&answer, 7), Ok(None));
        assert!(read(&answer, 8).is_err());
        assert!(read(b"x", 7).is_err());
    }
}

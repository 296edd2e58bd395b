//! SRV records by a name server on loopback.

use std::net::{Ipv4Addr, SocketAddr};

use exchange_server::{Certificate, Discovery, ExchangeServer, Rights};
use simple_dns::rdata::{RData, SRV};
use simple_dns::{CLASS, Name, Packet, PacketFlag, RCODE, ResourceRecord};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::*;
use crate::transport::Secret;

type Record = (u16, u16, u16, &'static str);

/// What a name server says.
#[derive(Clone, Copy)]
enum Says {
    Records(&'static [Record]),
    Code(RCODE),
}

fn answer(query: &[u8], says: Says) -> Vec<u8> {
    let mut packet = Packet::parse(query).unwrap().into_reply();
    match says {
        Says::Code(code) => *packet.rcode_mut() = code,
        Says::Records(records) => {
            for (priority, weight, port, target) in records {
                let service = SRV {
                    priority: *priority,
                    weight: *weight,
                    port: *port,
                    target: Name::new_unchecked(target),
                };
                let name = packet.questions[0].qname.clone();
                packet
                    .answers
                    .push(ResourceRecord::new(name, CLASS::IN, 60, RData::SRV(service)));
            }
        }
    }
    packet.build_bytes_vec_compressed().unwrap()
}

/// A name server; over UDP it says either all, or that it does not fit.
async fn name_server(says: Says, fits: bool) -> srv::Dns {
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut query = [0; 512];
        loop {
            let (length, client) = udp.recv_from(&mut query).await.unwrap();
            let reply = match fits {
                true => answer(&query[..length], says),
                false => {
                    let mut packet = Packet::parse(&query[..length]).unwrap().into_reply();
                    packet.set_flags(PacketFlag::TRUNCATION);
                    packet.build_bytes_vec().unwrap()
                }
            };
            udp.send_to(&reply, client).await.unwrap();
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            let mut query = vec![0; stream.read_u16().await.unwrap().into()];
            stream.read_exact(&mut query).await.unwrap();
            let reply = answer(&query, says);
            stream.write_u16(reply.len() as u16).await.unwrap();
            stream.write_all(&reply).await.unwrap();
        }
    });
    srv::Dns { servers: vec![address] }
}

#[tokio::test]
async fn the_lowest_priority_and_then_the_highest_weight_is_the_service() {
    let records = Says::Records(&[
        (20, 90, 443, "third.example.com"),
        (10, 5, 443, "second.example.com"),
        (10, 50, 8443, "First.example.com"),
    ]);
    for fits in [true, false] {
        let dns = name_server(records, fits).await;
        let service = dns.service("_autodiscover._tcp.example.com").await;
        assert_eq!(service, Ok(Some(("first.example.com".into(), 8443))), "{fits}");
    }
}

#[tokio::test]
async fn no_such_service_is_told_from_a_name_server_that_fails() {
    for none in [
        Says::Code(RCODE::NameError),
        Says::Records(&[]),
        Says::Records(&[(0, 0, 0, ".")]),
    ] {
        let dns = name_server(none, true).await;
        assert_eq!(dns.service("_autodiscover._tcp.example.com").await, Ok(None));
    }
    let failing = name_server(Says::Code(RCODE::ServerFailure), true).await;
    assert!(failing.service("_autodiscover._tcp.example.com").await.is_err());
    let working = name_server(Says::Records(&[(0, 0, 443, "mail.example.com")]), true).await;
    let both = srv::Dns {
        servers: [failing.servers, working.servers].concat(),
    };
    assert!(matches!(
        both.service("_autodiscover._tcp.example.com").await,
        Ok(Some(_))
    ));
}

#[tokio::test]
async fn autodiscover_goes_where_the_record_leads_but_not_to_another_domain() {
    let server = ExchangeServer::builder()
        .tls(Certificate::Valid)
        .account("svc-oro", "hunter2", Rights::All)
        .mailbox("jane@example.com")
        .host_name("ex01.example.com")
        .host_name("mail.example.com")
        .discovery(Discovery::Url("https://mail.example.com/EWS/Exchange.asmx".into()))
        .start()
        .await
        .unwrap();
    let port = Url::parse(server.url()).unwrap().port().unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ca_file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca_file.path(), server.ca_pem().unwrap()).unwrap();
    let mut settings = Settings::new(
        "https://not.looked.at/".parse().unwrap(),
        "svc-oro",
        Secret::new("hunter2".into()),
    );
    settings.ca_file = Some(ca_file.path().into());
    for name in ["ex01.example.com", "mail.example.com", "ex01.evil.test"] {
        settings.hosts.insert(name.into(), address);
    }
    let transport = Transport::new(settings).unwrap();
    let search = async |records| {
        let mut search = Search::new(&transport, Agreed::new("example.com", None), "example.com");
        search.dns = name_server(Says::Records(records), true).await;
        search.run("jane@example.com").await
    };
    // The settings' hosts give the port where the URL has none, and 443 is none.
    let found = search(&[(0, 0, 443, "ex01.example.com")]).await;
    assert_eq!(
        found.map(Into::<String>::into),
        Ok("https://mail.example.com/EWS/Exchange.asmx".into())
    );
    let error = search(&[(0, 0, 443, "ex01.evil.test")]).await.unwrap_err();
    assert!(
        matches!(&error, Error::Elsewhere { to, .. } if to.starts_with("https://ex01.evil.test")),
        "{error:?}"
    );
}

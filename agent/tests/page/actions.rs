//! Action URLs, backups and firmware: what scripts ask for with a password in each request, and what a person sends.

use super::browser::{Answer, exchange};
use super::{Agent, PASSWORD, ROUTER, bootstrapped};
use agent::daemon::AgentConfig;
use base64::Engine as _;
use data_model::firmware::ImageHeader;
use data_model::signing::SigningKey;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const ATA: &str = "Device.X_CISCO_ATA.";

/// A server that answers every request with this, and remembers what was asked for.
pub struct Files {
    pub at: SocketAddr,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Files {
    pub async fn giving(content: Vec<u8>) -> Files {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("there are ports");
        let files = Files {
            at: listener.local_addr().expect("it is bound"),
            asked: Arc::default(),
        };
        let asked = Arc::clone(&files.asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&request[..read]);
                let line = line.lines().next().unwrap_or_default().to_owned();
                asked.lock().expect("nobody panics").push(line);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                    content.len()
                );
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(&content).await;
            }
        });
        files
    }

    async fn until_asked(&self, line: &str) {
        let asked = async {
            while !self
                .asked
                .lock()
                .expect("nobody panics")
                .iter()
                .any(|it| it.starts_with(line))
            {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(super::PATIENCE, asked).await;
        waited.unwrap_or_else(|_| panic!("{line}: {:?}", self.asked));
    }
}

/// Whose images the device trusts.
pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

pub fn image(version: &str) -> Vec<u8> {
    let body = b"an image".repeat(20_000);
    let header = ImageHeader {
        product: "ATA192".into(),
        version: version.into(),
        bytes: body.len() as u64,
        sha256: Sha256::digest(&body).into(),
    };
    let mut image = header.sign(&key()).expect("it fits");
    image.extend_from_slice(&body);
    image
}

/// An agent that trusts our images.
pub async fn upgradable() -> Agent {
    let mut config = AgentConfig::default();
    config.page.password = PASSWORD.into();
    let public = key().verifying_key();
    config.firmware_keys = vec![
        public
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    ];
    Agent::with(config, "").await
}

/// What a script asks for with this header.
async fn asks(agent: &Agent, target: &str, headers: &str) -> Answer {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
        agent.page()
    );
    let answer = exchange(agent.page(), request.as_bytes()).await;
    answer.expect("it is answered")
}

fn basic(name: &str, password: &str) -> String {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
    format!("Authorization: Basic {pair}\r\n")
}

fn admin() -> String {
    basic("admin", PASSWORD)
}

async fn log_says(agent: &Agent, text: &str) {
    let said = async {
        while !agent
            .value("Device.DeviceInfo.DeviceLog")
            .await
            .contains(text)
        {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(super::PATIENCE, said).await;
    if waited.is_err() {
        panic!(
            "{text}: {}",
            agent.value("Device.DeviceInfo.DeviceLog").await
        );
    }
}

/// Waits until the device runs this version.
async fn runs(agent: &Agent, version: &str) {
    let running = async {
        loop {
            let look = |device: &agent::device::Device| {
                device.core().value_of("Device.DeviceInfo.SoftwareVersion")
            };
            if agent.handle.look(0, look).await.flatten().as_deref() == Some(version) {
                return;
            }
        }
    };
    let waited = tokio::time::timeout(super::PATIENCE, running).await;
    waited.expect("it starts the image");
}

/// Covers D-13, M06.
#[tokio::test]
async fn a_backup_brings_the_device_back_to_what_it_was() {
    let (_acs, agent) = bootstrapped().await;
    let set = |name: &str, value: &str| agent.set(&format!("{ATA}{name}"), value);
    set("Line.1.Proxy", "sip.example.net");
    set("Line.1.Password", "kept-secret");
    agent.rests().await;
    let backup = asks(&agent, "/admin/config.xml", &admin()).await;
    backup
        .is(200)
        .says("<Proxy_1_ ua=\"na\">sip.example.net</Proxy_1_>");
    assert!(!backup.body.contains("kept-secret"));
    set("Line.1.Proxy", "elsewhere.example.net");
    set("User.1.Cfwd_All_Dest", "5551234");
    agent.rests().await;
    let mut person = agent.admin();
    let token = person.get("/admin/maintenance").await.token();
    person
        .post_file("/admin/restore", "no-token", &backup.body)
        .await
        .is(403);
    let answer = person
        .post_file("/admin/restore", &token, &backup.body)
        .await;
    assert_eq!(
        answer.is(303).header("location"),
        Some("/admin/maintenance?done=restored")
    );
    let value = async |name: &str| agent.value(&format!("{ATA}{name}")).await;
    assert_eq!(value("Line.1.Proxy").await, "sip.example.net");
    // What the user has set since is gone as well; what no backup holds stays.
    assert_eq!(value("User.1.Cfwd_All_Dest").await, "");
    assert_eq!(value("Line.1.Password").await, "kept-secret");
    person.get("/").await.is(200);
    let again = asks(&agent, "/admin/config.xml", &admin()).await;
    assert_eq!(again.body, backup.body);
    let bad = "<flat-profile><Register_1_>perhaps</Register_1_></flat-profile>";
    let answer = person.post_file("/admin/restore", &token, bad).await;
    answer.is(422).says("Register_1_");
}

/// Covers D-13.
#[tokio::test]
async fn the_status_document_names_the_device_and_no_session() {
    let (_acs, agent) = bootstrapped().await;
    let status = asks(&agent, "/admin/status.xml", &admin()).await;
    status
        .is(200)
        .says("<Serial_Number>FCH26480QXA</Serial_Number>")
        .says("<Hook_State_1_>On</Hook_State_1_>");
    assert!(!status.body.contains("Session_ID"));
    assert_eq!(
        status.header("content-type"),
        Some("text/xml; charset=utf-8")
    );
}

/// Covers D-13.
#[tokio::test]
async fn a_resync_fetches_what_its_url_names_and_obeys_its_gate() {
    let agent = Agent::start("").await;
    let profile = b"<flat-profile><Proxy_1_>by-resync.example.net</Proxy_1_></flat-profile>";
    let files = Files::giving(profile.to_vec()).await;
    let target = format!("/admin/resync?http://{}/office.cfg?id=7", files.at);
    asks(&agent, &target, &admin())
        .await
        .is(200)
        .says("resyncs");
    files.until_asked("GET /office.cfg?id=7 ").await;
    let proxy = format!("{ATA}Line.1.Proxy");
    while agent.value(&proxy).await != "by-resync.example.net" {
        tokio::task::yield_now().await;
    }
    // Without a server it is at whoever asks, by Transport_Protocol.
    agent.set(&format!("{ATA}Provisioning.Transport_Protocol"), "http");
    let before = files.asked.lock().expect("nobody panics").len();
    asks(&agent, "/admin/resync?/x.cfg", &admin()).await.is(200);
    log_says(&agent, "127.0.0.1:80/x.cfg").await;
    assert_eq!(files.asked.lock().expect("nobody panics").len(), before);
    asks(&agent, "/admin/resync?ftp://s/x", &admin())
        .await
        .is(422)
        .says("ftp");
    agent.set(&format!("{ATA}Provisioning.Provision_Enable"), "0");
    asks(&agent, &target, &admin())
        .await
        .is(403)
        .says("Provision_Enable");
}

/// Covers D-13, T-09.
#[tokio::test]
async fn an_upgrade_runs_the_image_its_url_names_and_obeys_its_gate() {
    let agent = upgradable().await;
    let files = Files::giving(image("11-9-1")).await;
    let target = format!("/admin/upgrade?http://{}/ata192.img", files.at);
    agent.set(&format!("{ATA}Provisioning.Upgrade_Enable"), "0");
    asks(&agent, &target, &admin())
        .await
        .is(403)
        .says("Upgrade_Enable");
    agent.set(&format!("{ATA}Provisioning.Upgrade_Enable"), "1");
    asks(&agent, "/admin/upgrade", &admin()).await.is(400);
    asks(&agent, &target, &admin()).await.is(200);
    runs(&agent, "11-9-1").await;
}

/// Covers D-13, T-09.
#[tokio::test]
async fn an_image_a_person_sends_is_run_if_it_is_signed() {
    let agent = upgradable().await;
    let mut person = agent.admin();
    let token = person.get("/admin/maintenance").await.token();
    let send = async |person: &mut super::browser::Browser, token: &str, image: &[u8]| {
        let mut body = format!(
            "--xYz\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--xYz\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(image);
        body.extend_from_slice(b"\r\n--xYz--\r\n");
        let mut request = format!(
            "POST /admin/firmware HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=xYz\r\n{1}Content-Length: {2}\r\n\r\n",
            agent.page(),
            person.authorization(),
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(&body);
        let answer = exchange(agent.page(), &request).await;
        answer.expect("it is answered")
    };
    let good = image("11-9-2");
    send(&mut person, "no-token", &good).await.is(403);
    let mut damaged = good.clone();
    *damaged.last_mut().expect("it has bytes") ^= 1;
    send(&mut person, &token, &damaged)
        .await
        .is(422)
        .says("hash differs");
    send(&mut person, &token, &good[..good.len() - 100])
        .await
        .is(422)
        .says("bytes");
    send(&mut person, &token, &good)
        .await
        .is(200)
        .says("restarts into it");
    runs(&agent, "11-9-2").await;
}

/// Covers D-13.
#[tokio::test]
async fn an_action_url_on_another_site_does_nothing() {
    let (_acs, agent) = bootstrapped().await;
    let mut person = agent.admin();
    person.get("/").await.is(200);
    let cookie = person.authorization();
    let booted = |device: &agent::device::Device| device.core().facts.booted;
    let before = agent.look(booted).await;
    for who in [admin(), cookie.clone()] {
        for headers in [
            "Sec-Fetch-Site: cross-site\r\n",
            "Origin: http://evil.example\r\n",
            "Referer: http://evil.example/x\r\n",
        ] {
            for path in [
                "/admin/reboot",
                "/admin/resync",
                "/admin/upgrade?http://x/y",
            ] {
                asks(&agent, path, &format!("{who}{headers}")).await.is(403);
            }
        }
    }
    // A session is not enough where the browser does not say that it was here.
    asks(&agent, "/admin/reboot", &cookie).await.is(403);
    // Nor is a password that a browser sends by itself, because it was typed in once.
    let remembered = format!("{}User-Agent: Mozilla/5.0 (X11)\r\n", admin());
    asks(&agent, "/admin/reboot", &remembered).await.is(403);
    assert_eq!(agent.look(booted).await, before);
    let typed = format!("{cookie}Sec-Fetch-Site: none\r\n");
    asks(&agent, "/admin/reboot", &typed).await.is(200);
}

/// Covers D-13, R-24.
#[tokio::test]
async fn a_password_in_the_query_counts_only_where_the_installer_wants_it() {
    let target = format!("/admin/status.xml&xuser=admin&xpassword={PASSWORD}");
    let (_acs, agent) = bootstrapped().await;
    let refused = asks(&agent, &target, "").await;
    refused.is(401);
    assert!(!refused.body.contains(PASSWORD));
    let mut config = AgentConfig::default();
    config.page.password = PASSWORD.into();
    config.page.credentials_in_query = true;
    let agent = Agent::with(config, "").await;
    asks(&agent, &target, "").await.is(200);
    let wrong = "/admin/status.xml?xuser=admin&xpassword=wrong";
    asks(&agent, wrong, "").await.is(401);
    let target = format!("/admin/resync?/x.cfg&xuser=admin&xpassword={PASSWORD}");
    asks(&agent, &target, "").await.is(200);
    log_says(&agent, "a resync was asked for").await;
    let log = agent.value("Device.DeviceInfo.DeviceLog").await;
    assert!(
        !log.contains(PASSWORD) && !log.contains("xpassword"),
        "{log}"
    );
    // Pages for people take no password in a URL.
    let page = asks(&agent, &format!("/?xuser=admin&xpassword={PASSWORD}"), "").await;
    assert_eq!(page.header("location"), Some("/login"));
}

/// Covers D-13.
#[tokio::test]
async fn the_user_account_acts_by_no_url() {
    let (_acs, agent) = bootstrapped().await;
    let user = basic("cisco", super::USER_PASSWORD);
    for path in [
        "/admin/reboot",
        "/admin/config.xml",
        "/admin/status.xml",
        "/admin/resync",
    ] {
        asks(&agent, path, &user).await.is(403);
    }
    agent.set(&format!("{ROUTER}Web_Management.Admin_Access"), "0");
    asks(&agent, "/admin/status.xml", &admin()).await.is(401);
}

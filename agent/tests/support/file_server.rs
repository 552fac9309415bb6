//! What becomes of the files the device asks for, as the shell would tell it.

use agent::device::io::{FileContent, TransferJob, TransferOutcome, TransferWork, Verb};
use agent::firmware::ImageHeader;
use cwmp::{Fault, FaultCode};
use data_model::package::PackageHeader;
use std::collections::VecDeque;

/// A file server that follows a script, one line for each file asked for.
#[derive(Debug, Default)]
pub struct FileServer {
    script: VecDeque<Plan>,
    always: Option<TransferOutcome>,
    /// Packages by a part of their URL.
    packages: Vec<(&'static str, PackageHeader)>,
    /// Documents by a part of their URL.
    documents: Vec<(&'static str, String)>,
    /// What the device has asked for, in order.
    pub asked: Vec<TransferJob>,
    /// The numbers of the transfers it has given up.
    pub stopped: Vec<u32>,
}

/// What happens to one file.
#[derive(Debug)]
pub enum Plan {
    /// It ends after so many seconds.
    Ends(u64, TransferOutcome),
    /// It never ends; only a power cut does.
    Hangs,
}

impl FileServer {
    /// The next file is an image of this version for this product, signed by a key the device trusts.
    pub fn delivers(&mut self, product: &str, version: &str) -> &mut FileServer {
        self.delivers_after(0, product, version)
    }

    /// The same, after a while.
    pub fn delivers_after(&mut self, secs: u64, product: &str, version: &str) -> &mut FileServer {
        let outcome = TransferOutcome::Staged(image(product, version));
        self.plan(Plan::Ends(secs, outcome))
    }

    /// The next file is this document.
    pub fn gives(&mut self, document: &str) -> &mut FileServer {
        self.gives_after(0, document)
    }

    /// The same, after a while.
    pub fn gives_after(&mut self, secs: u64, document: &str) -> &mut FileServer {
        let outcome = TransferOutcome::Fetched(FileContent(document.into()));
        self.plan(Plan::Ends(secs, outcome))
    }

    /// The next file has these bytes.
    pub fn gives_bytes(&mut self, bytes: Vec<u8>) -> &mut FileServer {
        self.ends_with(TransferOutcome::Fetched(FileContent(bytes)))
    }

    /// This is how the next file ends.
    pub fn ends_with(&mut self, outcome: TransferOutcome) -> &mut FileServer {
        self.plan(Plan::Ends(0, outcome))
    }

    /// The next file is this package, signed by a key the device trusts.
    pub fn packs(&mut self, header: PackageHeader) -> &mut FileServer {
        self.packs_after(0, header)
    }

    /// The same, after a while.
    pub fn packs_after(&mut self, secs: u64, header: PackageHeader) -> &mut FileServer {
        self.plan(Plan::Ends(secs, TransferOutcome::Package(header)))
    }

    /// Every file no line of the script is for, with this in its URL, is this package.
    pub fn packs_by_url(&mut self, part: &'static str, header: PackageHeader) {
        self.packages.push((part, header));
    }

    /// Every file no line of the script is for, with this in its URL, is this document.
    pub fn gives_by_url(&mut self, part: &'static str, document: &str) {
        self.documents.push((part, document.to_owned()));
    }

    /// Takes the next file it is sent.
    pub fn takes(&mut self) -> &mut FileServer {
        self.takes_after(0)
    }

    /// The same, after a while.
    pub fn takes_after(&mut self, secs: u64) -> &mut FileServer {
        self.plan(Plan::Ends(secs, TransferOutcome::Sent))
    }

    /// What it was sent, in order, as text.
    pub fn sent(&self) -> Vec<String> {
        let sent = self.asked.iter().filter_map(|job| match &job.work {
            TransferWork::Send(FileContent(bytes)) => Some(String::from_utf8_lossy(bytes).into()),
            TransferWork::Provision(provision) => match &provision.verb {
                Verb::Get => None,
                Verb::PostAndFetch(content) | Verb::Post(content) | Verb::Put(content) => {
                    Some(String::from_utf8_lossy(&content.0).into())
                }
            },
            TransferWork::Image(..) | TransferWork::Fetch(_) | TransferWork::Package(_) => None,
        });
        sent.collect()
    }

    /// The next file cannot be had, for this reason.
    pub fn fails(&mut self, code: FaultCode) -> &mut FileServer {
        self.fails_after(0, code)
    }

    /// The same, after a while.
    pub fn fails_after(&mut self, secs: u64, code: FaultCode) -> &mut FileServer {
        let outcome = TransferOutcome::Failed(Fault::from(code));
        self.plan(Plan::Ends(secs, outcome))
    }

    /// The next file never comes to an end.
    pub fn hangs(&mut self) -> &mut FileServer {
        self.plan(Plan::Hangs)
    }

    /// Every file no line of the script is for is this image.
    pub fn always_delivers(&mut self, product: &str, version: &str) {
        self.always = Some(TransferOutcome::Staged(image(product, version)));
    }

    fn plan(&mut self, plan: Plan) -> &mut FileServer {
        self.script.push_back(plan);
        self
    }

    /// The device asks for a file.
    pub fn ask(&mut self, job: &TransferJob) -> Plan {
        self.asked.push(job.clone());
        let always = || self.always.clone().map(|outcome| Plan::Ends(0, outcome));
        let packages = self.packages.iter();
        let package = packages
            .filter(|(part, _)| job.url.contains(part))
            .map(|(_, header)| Plan::Ends(0, TransferOutcome::Package(header.clone())))
            .next();
        let mut documents = self.documents.iter();
        let document = documents.find(|(part, _)| job.url.contains(part));
        let document = document.map(|(_, text)| {
            let content = FileContent(text.clone().into_bytes());
            Plan::Ends(0, TransferOutcome::Fetched(content))
        });
        let plan = self.script.pop_front().or(package).or(document);
        let plan = plan.or_else(always);
        plan.expect("the test tells the file server what to do with each file")
    }
}

fn image(product: &str, version: &str) -> ImageHeader {
    ImageHeader {
        product: product.into(),
        version: version.into(),
        bytes: 4_194_304,
        sha256: [7; 32],
    }
}

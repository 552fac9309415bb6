//! The rules of a session that need a peer who breaks them: each side against messages written by hand.
//!
//! Long because each rule of the session is a case of its own.

use cwmp::message::{AcsRequest, AcsResponse, CpeRequest, CpeResponse, FromAcs, FromCpe};
use cwmp::rpc::*;
use cwmp::session::acs::{AnswerFault, BadRequest, Refusal, Turn};
use cwmp::session::cpe::{CpeConfig, Failure, Post, Step};
use cwmp::session::{AcsSession, CpeSession, RequestIds};
use cwmp::{
    CwmpVersion, DeviceId, Event, EventCode, Fault, FaultCode, Header, Namespace, envelope,
};
use data_model::{DateTime, ParameterList};

fn inform() -> Inform {
    Inform {
        device_id: DeviceId {
            oui: "00562B".into(),
            serial_number: "X1".into(),
            ..DeviceId::default()
        },
        event: vec![Event::new(EventCode::Boot)],
        max_envelopes: 1,
        current_time: DateTime::unknown(),
        retry_count: 0,
        parameter_list: ParameterList::new(),
    }
}

fn from_cpe(header: &Header, body: impl Into<FromCpe>) -> String {
    envelope::write(Namespace::Cwmp12, header, &body.into())
}

fn from_acs(header: &Header, body: impl Into<FromAcs>) -> String {
    envelope::write(Namespace::Cwmp12, header, &body.into())
}

fn config(newest_version: CwmpVersion) -> CpeConfig {
    CpeConfig {
        newest_version,
        session_timeout_secs: Some(45),
        ids: RequestIds::starting_at(1),
    }
}

fn text(post: Post) -> String {
    match post {
        Post::Envelope(text) => text,
        Post::Empty => String::new(),
    }
}

fn opened_cpe() -> (CpeSession, Post) {
    CpeSession::open(config(CwmpVersion::V1_4), inform())
}

/// A device session whose empty POST is out.
fn waiting_cpe() -> CpeSession {
    let (session, _) = opened_cpe();
    let reply = from_acs(
        &Header::with_id("1"),
        AcsResponse::from(InformResponse::default()),
    );
    match session.response(reply.as_bytes()) {
        Step::Free(_, free) => free.pass().0,
        other => panic!("{other:?}"),
    }
}

fn failure(step: Step) -> Failure {
    match step {
        Step::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

fn open_acs() -> AcsSession {
    let message = from_cpe(&Header::with_id("1"), CpeRequest::from(inform()));
    match AcsSession::new(RequestIds::starting_at(100)).post(message.as_bytes()) {
        Ok(Turn::Informed(turn)) => turn.accept().0,
        other => panic!("{other:?}"),
    }
}

/// An ACS session that waits for the answer to a Reboot, and the ID of that request.
fn waiting_acs() -> (AcsSession, String) {
    match open_acs().post(b"") {
        Ok(Turn::Ready(ready)) => {
            let (session, reply) = ready.call(Reboot::default().into());
            let body = reply.body.expect("a call has a body");
            let request = envelope::read::<FromAcs>(body.as_bytes()).expect("our own message");
            (session, request.header.id.expect("our requests have an ID"))
        }
        other => panic!("{other:?}"),
    }
}

fn refusal(result: Result<Turn, Refusal>) -> BadRequest {
    match result {
        Err(Refusal::BadRequest(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// Covers C01, Q-08.
#[test]
fn the_acs_refuses_everything_that_is_out_of_order() {
    let new = || AcsSession::new(RequestIds::starting_at(1));
    let response = from_cpe(&Header::with_id("1"), CpeResponse::from(RebootResponse {}));
    let methods = from_cpe(&Header::with_id("1"), CpeRequest::from(GetRPCMethods {}));
    let second = from_cpe(&Header::with_id("2"), CpeRequest::from(inform()));

    assert_eq!(
        refusal(new().post(b" \r\n")),
        BadRequest::NoInform("an empty request")
    );
    assert_eq!(
        refusal(new().post(response.as_bytes())),
        BadRequest::NoInform("RebootResponse")
    );
    assert_eq!(
        refusal(new().post(methods.as_bytes())),
        BadRequest::NoInform("GetRPCMethods")
    );
    assert_eq!(
        refusal(open_acs().post(response.as_bytes())),
        BadRequest::StrayAnswer("RebootResponse")
    );
    assert_eq!(
        refusal(open_acs().post(second.as_bytes())),
        BadRequest::SecondInform
    );
    let due = |got| BadRequest::AnswerDue {
        got,
        due: "RebootResponse",
    };
    assert_eq!(refusal(waiting_acs().0.post(b"")), due("an empty request"));
    assert_eq!(
        refusal(waiting_acs().0.post(methods.as_bytes())),
        due("GetRPCMethods")
    );
    let other = from_cpe(
        &Header::default(),
        CpeResponse::from(FactoryResetResponse {}),
    );
    assert_eq!(
        refusal(waiting_acs().0.post(other.as_bytes())),
        due("FactoryResetResponse")
    );
}

/// Covers W-12, C01.
#[test]
fn answers_are_matched_by_order_but_never_to_an_earlier_request() {
    for id in [
        None,
        Some(""),
        Some("inform"),
        Some("99999999999999999999"),
        Some("7"),
    ] {
        let header = Header {
            id: id.map(str::to_owned),
            ..Header::default()
        };
        let answer = from_cpe(&header, CpeResponse::from(RebootResponse {}));
        assert!(
            matches!(
                waiting_acs().0.post(answer.as_bytes()),
                Ok(Turn::Answered(_))
            ),
            "{id:?}"
        );
    }
    let (session, first_id) = waiting_acs();
    let answer = from_cpe(
        &Header::with_id(first_id.clone()),
        CpeResponse::from(RebootResponse {}),
    );
    let Ok(Turn::Answered(turn)) = session.post(answer.as_bytes()) else {
        panic!("not answered")
    };
    let (session, _) = turn.ready.call(Reboot::default().into());
    assert_eq!(
        refusal(session.post(answer.as_bytes())),
        BadRequest::StaleAnswer,
        "{first_id}"
    );
}

///
#[test]
fn unknown_methods_and_bad_arguments_get_faults_and_the_session_goes_on() {
    let body = |content: &str| {
        format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
             xmlns:cwmp='urn:dslforum-org:cwmp-1-0'><e:Header><cwmp:ID e:mustUnderstand='1'>q 7</cwmp:ID>\
             </e:Header><e:Body>{content}</e:Body></e:Envelope>"
        )
    };
    for (content, code) in [
        ("<cwmp:X_FOO_Bar/>", 8000),
        (
            "<cwmp:TransferComplete><CommandKey>a</CommandKey></cwmp:TransferComplete>",
            8003,
        ),
    ] {
        let Ok(Turn::Refused(turn)) = open_acs().post(body(content).as_bytes()) else {
            panic!("{content}");
        };
        assert_eq!(turn.fault.code.number(), code);
        let (session, reply) = turn.send();
        let reply = envelope::read::<FromAcs>(reply.body.unwrap().as_bytes()).unwrap();
        assert_eq!(reply.header.id.as_deref(), Some("q 7"));
        assert_eq!(reply.namespace, Namespace::Cwmp10);
        assert!(matches!(session.post(b""), Ok(Turn::Ready(_))));
    }
    assert!(matches!(
        refusal(open_acs().post(b"<a>")),
        BadRequest::Document(_)
    ));
    let unusable = body("<cwmp:RebootResponse2/>");
    assert!(matches!(
        refusal(waiting_acs().0.post(unusable.as_bytes())),
        BadRequest::AnswerDue { .. }
    ));
}

#[test]
fn an_answer_that_breaks_the_schema_fails_its_request_only() {
    let Ok(Turn::Ready(ready)) = open_acs().post(b"") else {
        panic!("not ready")
    };
    let request = SetParameterValues {
        parameter_list: ParameterList::new(),
        parameter_key: Default::default(),
    };
    let (session, _) = ready.call(request.into());
    let answer = "<e:Envelope><e:Body><cwmp:SetParameterValuesResponse/></e:Body></e:Envelope>";
    let Ok(Turn::Answered(turn)) = session.post(answer.as_bytes()) else {
        panic!("not answered")
    };
    assert!(matches!(turn.answer, Err(AnswerFault::Unusable(why)) if why.contains("Status")));
    assert_eq!(turn.ready.finish().body, None);
}

/// Covers V-07, V-08, V-09, V-11.
#[test]
fn the_acs_chooses_a_version_only_for_a_device_that_offers_some() {
    let accept = |header: &Header| {
        let message = from_cpe(header, CpeRequest::from(inform()));
        match AcsSession::new(RequestIds::starting_at(1)).post(message.as_bytes()) {
            Ok(Turn::Informed(turn)) => {
                let version = turn.version();
                let reply = turn.accept().1.body.unwrap();
                (
                    version,
                    envelope::read::<FromAcs>(reply.as_bytes()).unwrap(),
                )
            }
            other => panic!("{other:?}"),
        }
    };
    let offers = Header {
        supported_versions: Some("1.0,1.2,1.4".into()),
        ..Header::with_id("1")
    };
    let (version, reply) = accept(&offers);
    assert_eq!(
        (version, reply.header.use_version.as_deref()),
        (CwmpVersion::V1_4, Some("1.4"))
    );
    let timeout = Header {
        session_timeout: Some(40),
        ..Header::with_id("1")
    };
    let (version, reply) = accept(&timeout);
    assert_eq!(
        (version, reply.header.use_version),
        (CwmpVersion::V1_3, None)
    );
    let (version, reply) = accept(&Header::with_id("1"));
    assert_eq!(
        (version, reply.namespace),
        (CwmpVersion::V1_2, Namespace::Cwmp12)
    );

    let none = Header {
        supported_versions: Some("2.0".into()),
        ..Header::with_id("1")
    };
    let message = from_cpe(&none, CpeRequest::from(inform()));
    match AcsSession::new(RequestIds::starting_at(1)).post(message.as_bytes()) {
        Err(Refusal::NoSession { fault, .. }) => assert_eq!(fault.code.number(), 8006),
        other => panic!("{other:?}"),
    }
}

/// Covers V-01, X-12.
#[test]
fn a_device_offers_versions_with_its_inform_and_with_nothing_else() {
    let headers = |version| {
        let (_, post) = CpeSession::open(config(version), inform());
        envelope::read::<FromCpe>(text(post).as_bytes())
            .unwrap()
            .header
    };
    let newest = headers(CwmpVersion::V1_4);
    assert_eq!(
        newest.supported_versions.as_deref(),
        Some("1.0,1.1,1.2,1.3,1.4")
    );
    assert_eq!(newest.session_timeout, Some(45));
    let oldest = headers(CwmpVersion::V1_0);
    assert_eq!(
        (oldest.supported_versions, oldest.session_timeout),
        (None, None)
    );

    let (session, _) = opened_cpe();
    let reply = from_acs(
        &Header::with_id("1"),
        AcsResponse::from(InformResponse::default()),
    );
    let Step::Free(_, free) = session.response(reply.as_bytes()) else {
        panic!("not open")
    };
    let (_, post) = free.request(GetRPCMethods {}.into());
    let header = envelope::read::<FromCpe>(text(post).as_bytes())
        .unwrap()
        .header;
    assert_eq!(
        (header.supported_versions, header.session_timeout),
        (None, None)
    );
}

/// Covers V-02, V-03, V-04.
#[test]
fn a_device_uses_the_version_it_is_told_and_no_other() {
    let version = |namespace, use_version: Option<&str>| {
        let header = Header {
            use_version: use_version.map(Into::into),
            ..Header::with_id("1")
        };
        let body = FromAcs::from(AcsResponse::from(InformResponse::default()));
        let reply = envelope::write(namespace, &header, &body);
        match opened_cpe().0.response(reply.as_bytes()) {
            Step::Free(_, free) => Ok(free.version()),
            Step::Failed(failure) => Err(failure),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        version(Namespace::Cwmp12, Some("1.2")),
        Ok(CwmpVersion::V1_2)
    );
    assert_eq!(
        version(Namespace::Cwmp12, Some("9.9")),
        Err(Failure::Version("9.9".into()))
    );
    assert_eq!(version(Namespace::Cwmp10, None), Ok(CwmpVersion::V1_0));
    assert_eq!(version(Namespace::Cwmp11, None), Ok(CwmpVersion::V1_1));
    assert_eq!(version(Namespace::Cwmp12, None), Ok(CwmpVersion::V1_2));
}

/// Covers P-06, X-13.
#[test]
fn a_held_device_waits_without_losing_its_right_to_ask() {
    let hold = Header {
        hold_requests: Some(true),
        ..Header::with_id("1")
    };
    let (session, _) = opened_cpe();
    let reply = from_acs(&hold, AcsResponse::from(InformResponse::default()));
    let Step::Held(_, held) = session.response(reply.as_bytes()) else {
        panic!("not held")
    };
    let (session, post) = held.pass();
    assert_eq!(post, Post::Empty);
    // The ACS asks something while it holds, and the device answers.
    let request = from_acs(&hold, AcsRequest::from(Reboot::default()));
    let Step::Serve(serving) = session.response(request.as_bytes()) else {
        panic!("not served")
    };
    let (session, _) = serving.answer(Ok(RebootResponse {}.into()));
    // An empty response releases it (an absent HoldRequests is false), and now the device may ask.
    let Step::Free(None, free) = session.response(b"") else {
        panic!("not released")
    };
    let (session, post) = free.request(GetRPCMethods {}.into());
    assert!(text(post).contains("GetRPCMethods"));
    let reply = from_acs(
        &Header::default(),
        AcsResponse::from(GetRPCMethodsResponse::default()),
    );
    let Step::Free(Some(_), free) = session.response(reply.as_bytes()) else {
        panic!("not free")
    };
    let (session, _) = free.pass();
    assert!(matches!(session.response(b""), Step::Ended));
}

/// Covers P-09, P-10, P-13, P-16.
#[test]
fn a_device_gives_up_on_an_acs_that_breaks_the_rules() {
    let fault = |code| from_acs(&Header::with_id("1"), Fault::from(FaultCode::new(code)));
    for code in [8000, 8001, 8002, 8003, 8006] {
        let failure = failure(opened_cpe().0.response(fault(code).as_bytes()));
        assert!(matches!(failure, Failure::InformRefused(fault) if fault.code.number() == code));
    }
    let stray = from_acs(
        &Header::with_id("1"),
        AcsResponse::from(InformResponse::default()),
    );
    assert!(matches!(
        failure(waiting_cpe().response(stray.as_bytes())),
        Failure::OutOfOrder {
            got: "InformResponse",
            ..
        }
    ));
    assert!(matches!(
        failure(waiting_cpe().response(fault(8001).as_bytes())),
        Failure::OutOfOrder { got: "a fault", .. }
    ));
    assert!(matches!(
        failure(opened_cpe().0.response(b"")),
        Failure::OutOfOrder { .. }
    ));
    assert!(matches!(
        failure(opened_cpe().0.response(b"<html>")),
        Failure::Document(_)
    ));
    let request = from_acs(&Header::with_id("1"), AcsRequest::from(Reboot::default()));
    assert!(matches!(
        failure(opened_cpe().0.response(request.as_bytes())),
        Failure::OutOfOrder {
            got: "Reboot",
            due: "InformResponse"
        }
    ));
    let malformed_fault =
        "<e:Envelope><e:Body><e:Fault><faultstring>x</faultstring></e:Fault></e:Body></e:Envelope>";
    assert!(matches!(
        failure(opened_cpe().0.response(malformed_fault.as_bytes())),
        Failure::Document(_)
    ));
}

/// Covers P-12.
#[test]
fn fault_8005_is_answered_with_the_same_request_three_times_and_no_more() {
    let retry = from_acs(
        &Header::with_id("1"),
        Fault::from(FaultCode::ACS_RETRY_REQUEST),
    );
    let (mut session, first) = opened_cpe();
    for _ in 0..3 {
        let Step::Send(next, post) = session.response(retry.as_bytes()) else {
            panic!("not sent again")
        };
        assert_eq!(post, first);
        session = next;
    }
    assert_eq!(
        failure(session.response(retry.as_bytes())),
        Failure::RetriedTooOften
    );
}

///
#[test]
fn a_device_repeats_ids_to_the_letter_and_answers_what_it_does_not_know() {
    for (content, code) in [
        ("<c:X_FOO_Bar/>", 9000),
        (
            "<c:GetParameterNames><ParameterPath/></c:GetParameterNames>",
            9003,
        ),
        (
            "<c:ScheduleInform><DelaySeconds>soon</DelaySeconds></c:ScheduleInform>",
            9003,
        ),
    ] {
        for id in ["", " 1 ", &"x".repeat(128), "é漢"] {
            let message = format!(
                "<e:Envelope xmlns:c='urn:dslforum-org:cwmp-1-2'><e:Header><c:ID>{id}</c:ID></e:Header>\
                 <e:Body>{content}</e:Body></e:Envelope>"
            );
            let Step::Send(_, post) = waiting_cpe().response(message.as_bytes()) else {
                panic!("{content}");
            };
            let answer = envelope::read::<FromCpe>(text(post).as_bytes()).unwrap();
            assert_eq!(answer.header.id.as_deref(), Some(id));
            let FromCpe::Fault(body) = answer.body else {
                panic!("{:?}", answer.body)
            };
            assert_eq!(body.fault.code.number(), code);
        }
    }
}

/// Covers C16, M12.
#[test]
fn neither_side_goes_on_for_ever() {
    let request = from_acs(&Header::with_id("1"), AcsRequest::from(Reboot::default()));
    let mut session = waiting_cpe();
    let served = loop {
        match session.response(request.as_bytes()) {
            Step::Serve(serving) => session = serving.answer(Ok(RebootResponse {}.into())).0,
            Step::Failed(failure) => break failure,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(served, Failure::Endless);

    let call = from_cpe(&Header::with_id("1"), CpeRequest::from(GetRPCMethods {}));
    let mut session = open_acs();
    let refused = loop {
        match session.post(call.as_bytes()) {
            Ok(Turn::Called(turn)) => session = turn.acknowledge().0,
            other => break refusal(other),
        }
    };
    assert_eq!(refused, BadRequest::Endless);
}

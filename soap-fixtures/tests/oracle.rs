//! Checks that the oracle gives the JSON it promises, message by message, and is as strict as it says.

use serde_json::{Value, json};
use soap_fixtures::{message, oracle};

/// The content of the message with this label.
fn content(label: &str) -> Value {
    let meaning = oracle::read(&message(label).bytes).expect("the message is a good one");
    let body = meaning["Body"].as_object().expect("a body is an object");
    body.values()
        .next()
        .expect("a body holds one message")
        .clone()
}

#[test]
fn headers_hold_what_is_there_and_nothing_else() {
    let header =
        |label: &str| oracle::read(&message(label).bytes).map(|meaning| meaning["Header"].clone());
    for (label, expected) in [
        (
            "Inform/bootstrap",
            json!({ "ID": "1", "SessionTimeout": 60, "SupportedCWMPVersions": "1.0,1.1,1.2,1.3,1.4" }),
        ),
        ("Inform/without-header", json!({})),
        ("Inform/id-of-blanks", json!({ "ID": " 1 " })),
        (
            "Inform/response-use-version",
            json!({ "ID": "1", "UseCWMPVersion": "1.4" }),
        ),
        (
            "Inform/response-hold-requests",
            json!({ "ID": "1", "HoldRequests": true }),
        ),
        (
            "Inform/response-hold-requests-in-words",
            json!({ "ID": "1", "HoldRequests": false }),
        ),
    ] {
        assert_eq!(header(label), Ok(expected), "{label}");
    }
}

#[test]
fn an_inform_is_nested_as_on_the_wire() {
    let expected = json!({
        "DeviceId": {
            "Manufacturer": "Cisco", "OUI": "00562B", "ProductClass": "ATA192", "SerialNumber": "FCH26480QXA"
        },
        "Event": [
            { "EventCode": "1 BOOT", "CommandKey": "" },
            { "EventCode": "4 VALUE CHANGE", "CommandKey": "" },
        ],
        "MaxEnvelopes": 1,
        "CurrentTime": "2026-03-02T09:15:00+01:00",
        "RetryCount": 0,
        "ParameterList": [
            { "Name": "Device.DeviceInfo.SoftwareVersion", "Type": "xsd:string", "Value": "11-3-2MPP0102-233" },
            { "Name": "Device.DeviceInfo.ProvisioningCode", "Type": "xsd:string", "Value": "" },
            { "Name": "Device.DeviceInfo.UpTime", "Type": "xsd:unsignedInt", "Value": "41" },
            { "Name": "Device.ManagementServer.NATDetected", "Type": "xsd:boolean", "Value": "0" },
        ],
    });
    assert_eq!(content("Inform/boot-and-value-change"), expected);
}

#[test]
fn values_and_types_are_forgiven_what_devices_forget() {
    let list =
        content("GetParameterValues/response-missing-value-and-type")["ParameterList"].clone();
    let expected = json!([
        { "Name": "Device.DeviceInfo.SoftwareVersion", "Type": "xsd:string", "Value": "1.4.1(SR5)" },
        { "Name": "Device.DeviceInfo.DeviceLog", "Type": "xsd:string", "Value": "" },
        { "Name": "Device.DeviceInfo.UpTime", "Type": "xsd:string", "Value": "86412" },
        { "Name": "Device.DeviceInfo.ProvisioningCode", "Type": "xsd:string", "Value": "" },
    ]);
    assert_eq!(list, expected);
}

#[test]
fn type_names_are_folded_into_those_of_cwmp() {
    let list = content("GetParameterValues/response-every-type-name")["ParameterList"].clone();
    let types: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["Type"].as_str())
        .collect();
    let expected = [
        "xsd:string",
        "xsd:string",
        "xsd:string",
        "xsd:int",
        "xsd:int",
        "xsd:int",
        "xsd:unsignedInt",
        "xsd:unsignedInt",
        "xsd:unsignedInt",
        "xsd:unsignedLong",
        "xsd:unsignedLong",
        "xsd:unsignedLong",
        "xsd:long",
        "xsd:long",
        "xsd:boolean",
        "xsd:dateTime",
        "xsd:base64",
        "xsd:base64",
        "xsd:hexBinary",
    ];
    assert_eq!(types, expected);
}

#[test]
fn arrays_lose_the_names_of_their_items() {
    for (label, expected) in [
        (
            "GetParameterValues/whole-tree",
            json!({ "ParameterNames": [""] }),
        ),
        (
            "GetParameterNames/response-root-next-level",
            json!({ "ParameterList": [{ "Name": "Device.", "Writable": false }] }),
        ),
        (
            "SetParameterAttributes/access-list",
            json!({ "ParameterList": [
                {
                    "Name": "Device.UserInterface.", "NotificationChange": false, "Notification": 0,
                    "AccessListChange": true, "AccessList": ["Subscriber"]
                },
                {
                    "Name": "Device.X_CISCO_ATA.User.1.", "NotificationChange": false, "Notification": 0,
                    "AccessListChange": true, "AccessList": ["Subscriber", "X_CISCO_WebAdmin"]
                },
            ] }),
        ),
        (
            "GetParameterAttributes/response-empty-list",
            json!({ "ParameterList": [] }),
        ),
        (
            "SetVouchers/two-vouchers",
            json!({ "VoucherList": ["AAEC", "/+8="] }),
        ),
        (
            "RequestDownload/web-content-with-version",
            json!({
                "FileType": "2 Web Content",
                "FileTypeArg": [{ "Name": "Version", "Value": "3.1" }, { "Name": "Language", "Value": "de" }],
            }),
        ),
        (
            "GetQueuedTransfers/response-three-states",
            json!({ "TransferList": [
                { "CommandKey": "campaign-31/stage-2", "State": 1 },
                { "CommandKey": "config-backup", "State": 2 },
                { "CommandKey": "", "State": 3 },
            ] }),
        ),
        ("FactoryReset/from-acs", json!({})),
        ("Reboot/response", json!({})),
    ] {
        assert_eq!(content(label), expected, "{label}");
    }
}

#[test]
fn transfers_are_flat_but_for_windows_and_faults() {
    let windows = content("ScheduleDownload/two-windows")["TimeWindowList"].clone();
    let expected = json!([
        {
            "WindowStart": 7200, "WindowEnd": 14400, "WindowMode": "3 When Idle", "UserMessage": "", "MaxRetries": -1
        },
        {
            "WindowStart": 93600, "WindowEnd": 100_800, "WindowMode": "2 Immediately", "UserMessage": "",
            "MaxRetries": 2
        },
    ]);
    assert_eq!(windows, expected);
    let complete = json!({
        "CommandKey": "campaign-31/stage-2",
        "FaultStruct": {
            "FaultCode": 9015, "FaultString": "File transfer failure: unable to contact file server"
        },
        "StartTime": "0001-01-01T00:00:00Z",
        "CompleteTime": "0001-01-01T00:00:00Z",
    });
    assert_eq!(content("TransferComplete/server-not-reached"), complete);
}

#[test]
fn operations_keep_their_order_and_only_the_arguments_they_have() {
    let around = content("ChangeDUState/two-of-one-kind-around-another");
    let expected = json!({
        "Operations": [
            { "Install": { "URL": "https://files.example.net/du/a.ipk" } },
            { "Uninstall": { "UUID": "0a1b2c3d-0000-4000-8000-000000000004" } },
            { "Install": { "URL": "https://files.example.net/du/b.ipk" } },
        ],
        "CommandKey": "apps-5",
    });
    assert_eq!(around, expected);
    assert_eq!(
        content("ChangeDUState/update-of-everything"),
        json!({ "Operations": [{ "Update": {} }], "CommandKey": "" })
    );
    let url_only = content("ChangeDUState/install-with-url-only");
    assert_eq!(url_only.get("CommandKey"), None);
    let failed = content("DUStateChangeComplete/three-results")["Results"][1].clone();
    let expected = json!({
        "UUID": "0a1b2c3d-0000-4000-8000-000000000002", "DeploymentUnitRef": "", "Version": "",
        "CurrentState": "Failed", "Resolved": false, "ExecutionUnitRefList": "",
        "StartTime": "0001-01-01T00:00:00Z", "CompleteTime": "0001-01-01T00:00:00Z",
        "Fault": { "FaultCode": 9016, "FaultString": "File transfer failure: unable to access file" },
    });
    assert_eq!(failed, expected);
    let own = content("AutonomousDUStateChangeComplete/updated-by-itself");
    assert_eq!(own["Results"][0]["OperationPerformed"], "Update");
}

#[test]
fn options_are_read_as_the_schema_types_them() {
    let expected = json!({ "OptionList": [
        {
            "OptionName": "SecondLine", "VoucherSN": 1234, "State": 3, "Mode": 1,
            "StartDate": "2026-01-01T00:00:00Z", "ExpirationDate": "2027-01-01T00:00:00Z", "IsTransferable": 0
        },
        {
            "OptionName": "Fax", "VoucherSN": 4_294_967_295_u32, "State": 0, "Mode": 2,
            "StartDate": "2026-01-01T00:00:00Z", "IsTransferable": 1
        },
    ] });
    assert_eq!(content("GetOptions/response"), expected);
}

#[test]
fn both_levels_of_a_fault_are_one_object() {
    let qualified = json!({
        "faultcode": "Server", "faultstring": "CWMP fault", "FaultCode": 9001, "FaultString": "Request denied"
    });
    assert_eq!(
        content("Fault/from-cpe-9001-qualified-faultcode"),
        qualified
    );
    let without_text =
        json!({ "faultcode": "Client", "faultstring": "Client error", "FaultCode": 9007 });
    assert_eq!(
        content("Fault/from-cpe-9007-without-fault-string"),
        without_text
    );
    let five = content("Fault/from-cpe-9003-five-parameters")["SetParameterValuesFault"].clone();
    assert_eq!(five.as_array().map(Vec::len), Some(5));
    let last = json!({ "ParameterName": "Device.Services.VoiceService.1.VoiceProfile.1.DTMFMethod", "FaultCode": 9007 });
    assert_eq!(five[4], last);
}

#[test]
fn the_oracle_forgives_nothing_else() {
    let reboot =
        String::from_utf8(message("Reboot/with-command-key").bytes).expect("the file is UTF-8");
    assert!(oracle::read(reboot.as_bytes()).is_ok());
    for (what, from, to) in [
        (
            "an argument in the namespace of the method",
            "CommandKey>",
            "cwmp:CommandKey>",
        ),
        ("a method in no namespace", "cwmp:Reboot>", "Reboot>"),
        ("an undeclared prefix", "xmlns:cwmp=", "xmlns:other="),
        ("a missing argument", "CommandKey>", "CommandKeys>"),
        (
            "another version of SOAP",
            "schemas.xmlsoap.org/soap/envelope/",
            "www.w3.org/2003/05/soap-envelope",
        ),
        ("a namespace of no version", "cwmp-1-0", "cwmp-9-9"),
        (
            "two messages",
            "</cwmp:Reboot>",
            "</cwmp:Reboot><cwmp:FactoryReset/>",
        ),
        ("a method nobody knows", "cwmp:Reboot>", "cwmp:Explode>"),
        ("a wrong end", "</CommandKey>", "</CommandKay>"),
    ] {
        let changed = reboot.replace(from, to);
        assert_ne!(changed, reboot, "{what}: nothing was changed");
        assert!(oracle::read(changed.as_bytes()).is_err(), "{what} is taken");
    }
}

"""Walks the API with a client that was generated from its OpenAPI document. Arguments: URL, user, password.

The package `dialtone_client` is what openapi-python-client has made of the document; nothing here knows a path.
"""

import sys

import dialtone_client.models as models
from dialtone_client import AuthenticatedClient, Client
from dialtone_client.api.audit import get_audit
from dialtone_client.api.devices import (
    get_devices,
    get_devices_device,
    get_devices_device_tasks,
    post_devices,
    post_devices_device_tasks,
    put_devices_device_tags,
)
from dialtone_client.api.profiles import get_profiles_name, put_profiles_name
from dialtone_client.api.sign_in import post_sign_in
from dialtone_client.api.tasks import delete_tasks_task, get_tasks_task


def task_request(**fields):
    """The generated class that is exactly this kind of task."""
    for name in dir(models):
        if name.startswith("TaskRequestType"):
            try:
                request = getattr(models, name).from_dict(dict(fields))
            except (KeyError, ValueError, TypeError):
                continue
            if not request.additional_properties:
                return request
    raise SystemExit(f"no generated class takes {fields}")


def main(url, user, password):
    nobody = Client(base_url=url)
    refused = post_sign_in.sync(client=nobody, body=models.SignIn(user=user, password="wrong"))
    assert isinstance(refused, models.Error), refused
    signed_in = post_sign_in.sync(client=nobody, body=models.SignIn(user=user, password=password))
    client = AuthenticatedClient(base_url=url, token=signed_in.token, raise_on_unexpected_status=True)

    registration = models.NewDevice(oui="00562B", product_class="ATA192", serial_number="CLIENT1")
    device = post_devices.sync(client=client, body=registration)
    assert device.identity == "00562B-ATA192-CLIENT1", device
    again = post_devices.sync(client=client, body=registration)
    assert isinstance(again, models.Error) and again.why, again
    assert put_devices_device_tags.sync_detailed(device.id, client=client, body=["office"]).status_code == 204
    assert get_devices_device.sync(device.identity, client=client).tags == ["office"]
    found = get_devices.sync(client=client, tag="office")
    assert [one.id for one in found.items] == [device.id], found

    body = task_request(kind="get_parameter_values", names=["Device.DeviceInfo.UpTime"])
    task = post_devices_device_tasks.sync(device.id, client=client, body=body)
    assert get_tasks_task.sync(task.id, client=client).state.value == "queued"
    assert [one.id for one in get_devices_device_tasks.sync(device.id, client=client).items] == [task.id]
    assert delete_tasks_task.sync_detailed(task.id, client=client).status_code == 204
    assert get_tasks_task.sync(task.id, client=client).state.value == "cancelled"

    value = models.ProfileValue(name="~.ManagementServer.PeriodicInformInterval", value="600")
    request = models.ProfileRequest(values=[value])
    put_profiles_name.sync("office", client=client, body=request)
    assert get_profiles_name.sync("office", client=client).values[0].value == "600"
    assert any(line.action == "profile.put" for line in get_audit.sync(client=client).items)
    print("walked")


if __name__ == "__main__":
    main(*sys.argv[1:])

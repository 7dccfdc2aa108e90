using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Client;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Silo.Control;

namespace QuicPair.Cli.Owner;

/// <summary>A Mac whose owner this device is: what the control socket does about devices, over the session.</summary>
internal sealed class PairedDesk(Phone phone, PairedMac mac) : IOwnerDesk
{
    public async Task<JsonElement> Ask(JsonObject request, CancellationToken cancellation)
    {
        var devices = await mac.Devices(cancellation);
        switch ((string?)request["op"])
        {
            case "devices":
                var all = new JsonArray([.. devices.Select(Describe)]);
                return JsonSerializer.SerializeToElement(new JsonObject { ["ok"] = true, ["devices"] = all });
            case "revoke":
                await mac.RevokeDevice(Find(devices, request).Device, cancellation);
                break;
            default:
                await mac.SetDevice(Change(Find(devices, request).Device, request), cancellation);
                break;
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["ok"] = true });
    }

    public async ValueTask DisposeAsync()
    {
        await mac.DisposeAsync();
        await phone.DisposeAsync();
    }

    private static DeviceDescription Find(IReadOnlyList<DeviceDescription> devices, JsonObject request)
    {
        var named = (string?)request["device"];
        DeviceDescription[] found = [.. devices.Where(one => one.Name == named)];
        return devices.FirstOrDefault(one => one.Device == named)
            ?? (found is [var only] ? only : null)
            ?? throw new DaemonException(
                DeviceChoice.Problem([.. found.Select(one => one.Device)]), ExitCode.Failed);
    }

    private static DeviceSetRequest Change(string device, JsonObject request) => new()
    {
        Device = device,
        Name = (string?)request["name"],
        Role = Enum.TryParse<DeviceRole>((string?)request["role"], ignoreCase: true, out var role) ? role : null,
        Models = request["models"]?.AsArray().Select(name => (string)name!).ToArray(),
        Pull = (bool?)request["pull"],
        Unload = (bool?)request["unload"],
        TokensPerDay = (long?)request["tokensPerDay"],
        Expires = (long?)request["expires"],
    };

    private static JsonNode Describe(DeviceDescription device) => new JsonObject
    {
        ["device"] = device.Device,
        ["name"] = device.Name,
        ["since"] = device.Since,
        ["connected"] = device.Connected,
        ["role"] = device.Role.ToString().ToLowerInvariant(),
        ["models"] = new JsonArray([.. device.Models.Select(name => (JsonNode)name)]),
        ["pull"] = device.Pull,
        ["unload"] = device.Unload,
        ["tokensPerDay"] = device.TokensPerDay,
        ["tokensToday"] = device.TokensToday,
        ["expires"] = device.Expires,
    };
}

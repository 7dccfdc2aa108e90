using System.Text.Json.Serialization;

namespace QuicPair.Silo.Control;

/// <summary>One line that answers a request; absent fields are left out.</summary>
internal sealed record ControlReply
{
    public bool Ok { get; init; } = true;

    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? MacId { get; init; }

    public string? Mac { get; init; }

    public IReadOnlyList<string>? Links { get; init; }

    public bool? ThisNetworkOnly { get; init; }

    public bool? ThisMachineOnly { get; init; }

    public long? Expires { get; init; }

    public IReadOnlyList<ControlDevice>? Devices { get; init; }

    public IReadOnlyList<ControlConfirmation>? Confirmations { get; init; }

    public ControlPairedPhone? Paired { get; init; }

    /// <summary>The device that an invitation makes.</summary>
    public string? Device { get; init; }

    public ControlStatus? Status { get; init; }

    public IReadOnlyList<ControlMac>? Macs { get; init; }

    /// <summary>How often the daemon has started its silo.</summary>
    public int? Launch { get; init; }

    /// <summary>Whether the Mac that was expelled is in the list of members; else its id may be mistyped.</summary>
    public bool? Listed { get; init; }

    /// <summary>An invitation into the household; a secret.</summary>
    public string? Invitation { get; init; }

    /// <summary>What is done once the reply has been sent.</summary>
    [JsonIgnore]
    public Action? Afterwards { get; init; }

    public static ControlReply Refuse(string code, string message) =>
        new() { Ok = false, Code = code, Message = message };

    /// <summary>Without links.</summary>
    public override string ToString() => nameof(ControlReply);
}

namespace QuicPair.Protocol.Messages.Devices;

/// <summary>Owner's device: changes what a device may do; null leaves a field as it is, one at least is set.</summary>
public sealed record DeviceSetRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "device_set";

    /// <summary>The device's id.</summary>
    public required string Device { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its role; pull and unload follow it until they are set.</summary>
    public DeviceRole? Role { get; init; }

    /// <summary>The models that it may use, at most 64 names; <c>*</c> is all.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Whether it may fetch models.</summary>
    public bool? Pull { get; init; }

    /// <summary>Whether it may take models out of memory.</summary>
    public bool? Unload { get; init; }

    /// <summary>Tokens of prompts and answers in a day (UTC); 0 is no limit.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>When its access ends, Unix seconds; 0 is never.</summary>
    public long? Expires { get; init; }
}

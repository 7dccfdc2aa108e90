using System.Diagnostics.CodeAnalysis;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// The 16 characters <c>[a-z2-7]</c> that name a device on one Mac, derived from the invitation
/// (docs/protocol.md, 2).
/// </summary>
[GenerateSerializer, Immutable, Alias("quicpair.DeviceId")]
public readonly record struct DeviceId
{
    private DeviceId(string value) => Value = value;

    /// <summary>The 16 characters.</summary>
    [Id(0)]
    public string Value { get; }

    /// <summary>Reads an id; anything but <c>^[a-z2-7]{16}$</c> is refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceId id)
    {
        var valid = IdAlphabet.Accepts(text);
        id = valid ? new DeviceId(text!) : default;
        return valid;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is not an id.</exception>
    public static DeviceId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException("A device id is 16 characters of a-z and 2-7.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

using System.Diagnostics.CodeAnalysis;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// The key of a pairing's grain: which device, on which Mac. The only type that knows the separator.
/// </summary>
[GenerateSerializer, Immutable, Alias("quicpair.PairingKey")]
public readonly record struct PairingKey([property: Id(0)] MacId Mac, [property: Id(1)] DeviceId Device)
{
    private const char Separator = '/';

    /// <summary>Reads a grain key of the form <c>{mac}/{device}</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PairingKey key)
    {
        key = default;
        var at = text?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        if (at < 0 || !MacId.TryParse(text![..at], out var mac) || !DeviceId.TryParse(text[(at + 1)..], out var device))
        {
            return false;
        }

        key = new PairingKey(mac, device);
        return true;
    }

    /// <summary>Reads a grain key.</summary>
    /// <exception cref="FormatException">The text is not a pairing's key.</exception>
    public static PairingKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException("A pairing's key is {mac}/{device}.");

    /// <inheritdoc/>
    public override string ToString() => $"{Mac}{Separator}{Device}";
}

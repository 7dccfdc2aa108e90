using System.Globalization;

namespace QuicPair.Rtc.Sctp;

/// <summary>
/// A transmission sequence number with the serial arithmetic of RFC 1982 (RFC 9260 section 1.6).
/// </summary>
/// <param name="Value">The number on the wire.</param>
internal readonly record struct Tsn(uint Value)
{
    public Tsn Next => new(Value + 1);

    public Tsn Previous => new(Value - 1);

    public static Tsn operator +(Tsn tsn, int count) => new(tsn.Value + (uint)count);

    /// <summary>
    /// How many numbers lie from <paramref name="earlier"/> to <paramref name="later"/>; negative if behind.
    /// </summary>
    public static int operator -(Tsn later, Tsn earlier) => unchecked((int)(later.Value - earlier.Value));

    public static bool operator <(Tsn left, Tsn right) => left - right < 0;

    public static bool operator >(Tsn left, Tsn right) => left - right > 0;

    public static bool operator <=(Tsn left, Tsn right) => left - right <= 0;

    public static bool operator >=(Tsn left, Tsn right) => left - right >= 0;

    // The neighbours are numbers like this one: what a record prints by itself would have no end.
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace QuicPair.Rtc.Sctp;

/// <summary>A stream sequence number with the serial arithmetic of RFC 1982 (RFC 9260 section 1.6).</summary>
/// <param name="Value">The number on the wire.</param>
internal readonly record struct Ssn(ushort Value)
{
    public Ssn Next => new(unchecked((ushort)(Value + 1)));

    public static bool operator <(Ssn left, Ssn right) => unchecked((short)(left.Value - right.Value)) < 0;

    public static bool operator >(Ssn left, Ssn right) => right < left;

    public static bool operator <=(Ssn left, Ssn right) => !(right < left);

    public static bool operator >=(Ssn left, Ssn right) => !(left < right);

    // The neighbours are numbers like this one: what a record prints by itself would have no end.
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

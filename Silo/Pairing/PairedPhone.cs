namespace QuicPair.Silo.Pairing;

/// <summary>A phone whose pairing is complete.</summary>
/// <param name="Device">The device.</param>
/// <param name="Name">The name that it gave itself.</param>
/// <param name="Code">The six digits that it shows too.</param>
internal sealed record PairedPhone(string Device, string Name, string Code)
{
    /// <summary>Nothing: the name is the phone's own.</summary>
    public override string ToString() => nameof(PairedPhone);
}

namespace QuicPair.Silo.Control;

/// <summary>A phone that has just paired.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Name">The name that it gave itself.</param>
/// <param name="Code">Six digits, the same as on the phone.</param>
internal sealed record ControlPairedPhone(string Device, string Name, string Code);

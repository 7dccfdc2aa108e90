namespace QuicPair.Silo.Control;

/// <summary>A phone that waits for the owner's yes.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Name">The name that it gave itself.</param>
/// <param name="Code">Six digits, the same as on the phone.</param>
/// <param name="Until">When it is refused by itself, Unix seconds.</param>
internal sealed record ControlConfirmation(string Device, string Name, string Code, long Until);

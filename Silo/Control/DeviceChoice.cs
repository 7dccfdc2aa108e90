namespace QuicPair.Silo.Control;

/// <summary>The device that an owner means by an id, or by a name when only one has it.</summary>
internal static class DeviceChoice
{
    /// <summary>Why no single one is meant, in one sentence.</summary>
    /// <param name="ids">The devices that have the name.</param>
    public static string Problem(IReadOnlyList<string> ids) => ids.Count > 1
        ? $"More than one paired device has that name; say which by its id: {string.Join(", ", ids)}."
        : "No paired device has that id or name.";
}

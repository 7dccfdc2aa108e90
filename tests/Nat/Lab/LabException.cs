namespace QuicPair.Nat.Lab;

/// <summary>A network could not be built.</summary>
public sealed class LabException(string message) : Exception(message);

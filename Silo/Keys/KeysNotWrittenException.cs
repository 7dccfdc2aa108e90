namespace QuicPair.Silo.Keys;

/// <summary>The key file could not be written; what it held before it still holds.</summary>
internal sealed class KeysNotWrittenException(Exception cause)
    : Exception("The keys cannot be written; is the disk of the data folder full?", cause);

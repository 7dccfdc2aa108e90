namespace QuicPair.Client.Store;

/// <summary>The pairings file cannot be used; the message is one sentence for people.</summary>
public sealed class PairingStoreException(string sentence, Exception? cause = null) : Exception(sentence, cause);

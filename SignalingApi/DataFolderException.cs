namespace QuicPair.SignalingApi;

/// <summary>The front door's folder cannot be used; the message is the one sentence that it says.</summary>
internal sealed class DataFolderException(string message, Exception? cause = null) : Exception(message, cause);

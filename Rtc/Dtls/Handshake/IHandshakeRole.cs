using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>One side of a handshake. A message is checked, then added to the transcript, then answered.</summary>
internal interface IHandshakeRole
{
    /// <summary>The message that completes a flight of the peer: its repetition asks for ours.</summary>
    bool EndsFlight(HandshakeType type);

    /// <summary>Starts; a client has something to say.</summary>
    void Start();

    /// <summary>
    /// Checks the next message in order; what is wrong with it, or null. A message that does not count as said
    /// (HelloVerifyRequest) is answered at once and sets <paramref name="isSaid"/> to false.
    /// </summary>
    AlertDescription? Check(in HandshakeMessage message, out bool isSaid);

    /// <summary>Goes on from a message that was right; what is wrong nevertheless, or null.</summary>
    AlertDescription? Continue(HandshakeType type);
}

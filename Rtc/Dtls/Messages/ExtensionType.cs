namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>The extensions of hellos that are read; all others are ignored in a ClientHello.</summary>
internal enum ExtensionType : ushort
{
    /// <summary>RFC 8422, section 5.1.1.</summary>
    SupportedGroups = 10,

    /// <summary>RFC 8422, section 5.1.2.</summary>
    EcPointFormats = 11,

    /// <summary>RFC 5246, section 7.4.1.4.1.</summary>
    SignatureAlgorithms = 13,

    /// <summary>RFC 7627.</summary>
    ExtendedMasterSecret = 23,

    /// <summary>RFC 8446, section 4.2.1: how a client of DTLS 1.3 says that it also speaks 1.2.</summary>
    SupportedVersions = 43,

    /// <summary>RFC 5746.</summary>
    RenegotiationInfo = 0xFF01,
}

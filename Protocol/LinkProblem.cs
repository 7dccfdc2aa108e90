namespace QuicPair.Protocol;

/// <summary>Why a text is not a pairing link.</summary>
public enum LinkProblem
{
    /// <summary>It is one.</summary>
    None = 0,

    /// <summary>Not of the form scheme://host/p#1.data.</summary>
    Form,

    /// <summary>Neither https, nor http towards this network.</summary>
    Scheme,

    /// <summary>Made by another version of the protocol.</summary>
    Version,

    /// <summary>Too short or too long.</summary>
    Length,

    /// <summary>A character that base64url does not have.</summary>
    Encoding,

    /// <summary>The check bytes do not match: mistyped or altered.</summary>
    Check,

    /// <summary>It asks for something that this version does not know.</summary>
    Flags,
}

namespace QuicPair.Silo.Runners;

/// <summary>Why a runner did not answer.</summary>
internal enum RunnerFault
{
    /// <summary>It does not have the model.</summary>
    ModelNotFound,

    /// <summary>It cannot be reached.</summary>
    Unreachable,

    /// <summary>It said no, or broke.</summary>
    Failed,

    /// <summary>It cannot do what it was asked: its model has no tools, or the chat is too long for it.</summary>
    BadRequest,

    /// <summary>The owner of the Mac does not allow it.</summary>
    NotAllowed,

    /// <summary>Its answer does not fit into one message.</summary>
    TooLarge,

    /// <summary>What the device asked before may still take all that it has left today.</summary>
    Busy,
}

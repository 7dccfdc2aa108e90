namespace QuicPair.Cli.Doctor;

/// <summary>What a check came to.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but not everywhere or not at its best.</summary>
    Warn,

    /// <summary>Does not work.</summary>
    Fail,

    /// <summary>Could not be measured; that says nothing.</summary>
    NotMeasured,
}

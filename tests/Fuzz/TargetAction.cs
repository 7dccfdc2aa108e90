namespace QuicPair.Fuzz;

/// <summary>Feeds one input to a parser. It may refuse; it may not throw.</summary>
internal delegate void TargetAction(ReadOnlySpan<byte> input);

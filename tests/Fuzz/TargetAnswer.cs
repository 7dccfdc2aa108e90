namespace QuicPair.Fuzz;

/// <summary>Feeds one input to a parser, which may not throw; whether it takes the input.</summary>
internal delegate bool TargetAnswer(ReadOnlySpan<byte> input);

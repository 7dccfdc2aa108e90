namespace QuicPair.Rtc.Sdp;

/// <summary>The lines of a description, sorted by level.</summary>
internal sealed class DescriptionLines
{
    private const int MaximumLength = 32 * 1024;
    private const int MaximumLines = 500;
    private const int MaximumSections = 16;

    public SdpOrigin? Origin { get; private set; }

    public SectionAttributes Session { get; } = new();

    public List<(MediaSection Section, SectionAttributes Attributes)> Sections { get; } = [];

    public SdpProblem Read(ReadOnlySpan<char> text)
    {
        if (text.Length > MaximumLength) return SdpProblem.TooLong;
        var count = 0;
        foreach (var range in text.Split('\n'))
        {
            var line = text[range].TrimEnd();
            if (++count > MaximumLines) return SdpProblem.TooLong;
            if (count == 1 && line is not "v=0") return SdpProblem.Malformed;
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                if (Sections.Count >= MaximumSections) return SdpProblem.TooLong;
                if (!MediaSection.TryParse(line[2..], out var section)) return SdpProblem.Malformed;
                Sections.Add((section!, new SectionAttributes()));
            }
            else if (line.StartsWith("a=", StringComparison.Ordinal))
            {
                (Sections.Count > 0 ? Sections[^1].Attributes : Session).Accept(line[2..]);
            }
            else if (line.StartsWith("o=", StringComparison.Ordinal) && SdpOrigin.TryParse(line[2..], out var origin))
            {
                Origin ??= origin;
            }
        }

        return SdpProblem.None;
    }
}

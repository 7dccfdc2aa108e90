namespace QuicPair.EndToEnd.Traces;

/// <summary>What a collector was told of a span.</summary>
/// <param name="Service">The process that sent it, by its <c>service.name</c>.</param>
/// <param name="Source">The activity source that made it.</param>
/// <param name="Name">Its name.</param>
/// <param name="TraceId">Its trace, 16 bytes in lower hex.</param>
/// <param name="Id">Its own id, 8 bytes in lower hex.</param>
/// <param name="Parent">The id of the span above it; null for the first of a trace.</param>
internal sealed record ReceivedSpan(
    string Service, string Source, string Name, string TraceId, string Id, string? Parent);

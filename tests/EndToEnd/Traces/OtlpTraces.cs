using System.Text;

namespace QuicPair.EndToEnd.Traces;

/// <summary>
/// Reads the spans of an <c>ExportTraceServiceRequest</c> (opentelemetry-proto, trace.proto, resource.proto and
/// common.proto, whose field numbers these are) from protobuf's wire format.
/// </summary>
internal static class OtlpTraces
{
    private const int ResourceSpans = 1;
    private const int Resource = 1;
    private const int Attributes = 1;
    private const int Key = 1;
    private const int Value = 2;
    private const int StringValue = 1;
    private const int ScopeSpans = 2;
    private const int Scope = 1;
    private const int ScopeName = 1;
    private const int Spans = 2;
    private const int TraceId = 1;
    private const int SpanId = 2;
    private const int ParentSpanId = 4;
    private const int SpanName = 5;

    // The wire types of proto3.
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Prefixed = 2;
    private const int Fixed32 = 5;

    /// <summary>Every span of a request.</summary>
    /// <exception cref="InvalidDataException">It is no protobuf.</exception>
    /// <exception cref="InvalidOperationException">Something that a span must have is missing.</exception>
    public static IEnumerable<ReceivedSpan> Read(ReadOnlyMemory<byte> request) =>
        from process in Parts(request, ResourceSpans)
        let service = Attribute(Parts(process, Resource).Single(), "service.name")
        from made in Parts(process, ScopeSpans)
        let source = Text(Parts(made, Scope).Single(), ScopeName)
        from span in Parts(made, Spans)
        select new ReceivedSpan(
            service,
            source,
            Text(span, SpanName),
            Parts(span, TraceId).Select(Hex).Single(),
            Parts(span, SpanId).Select(Hex).Single(),
            Parts(span, ParentSpanId).Select(Hex).SingleOrDefault());

    private static string Attribute(ReadOnlyMemory<byte> resource, string name)
    {
        var pair = Parts(resource, Attributes).Single(pair => Text(pair, Key) == name);
        return Text(Parts(pair, Value).Single(), StringValue);
    }

    private static string Text(ReadOnlyMemory<byte> message, int field) =>
        Encoding.UTF8.GetString(Parts(message, field).Single().Span);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    /// <summary>The values of a field that have their length before them: texts, bytes and messages.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Parts(ReadOnlyMemory<byte> message, int field)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Number(message.Span, ref at);
            var kind = (int)(tag & 7);
            if (kind == Varint)
            {
                Number(message.Span, ref at);
                continue;
            }

            var length = kind switch
            {
                Fixed64 => 8,
                Prefixed => checked((int)Number(message.Span, ref at)),
                Fixed32 => 4,
                _ => throw new InvalidDataException($"Wire type {kind} is none of proto3's."),
            };
            var part = message.Slice(at, length);
            at += length;
            if (kind == Prefixed && (int)(tag >> 3) == field) yield return part;
        }
    }

    private static ulong Number(ReadOnlySpan<byte> message, ref int at)
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = message[at++];
            number |= (next & 0x7FUL) << shift;
            if (next < 0x80) return number;
        }

        throw new InvalidDataException("A number is longer than 64 bits.");
    }
}

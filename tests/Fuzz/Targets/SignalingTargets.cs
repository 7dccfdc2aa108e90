using System.Text;
using System.Text.Json;
using QuicPair.SignalingApi.Requests;
using QuicPair.Silo.Control;

namespace QuicPair.Fuzz.Targets;

/// <summary>The bodies of the front door, and the lines of the control socket.</summary>
internal static class SignalingTargets
{
    public static void Envelope(ReadOnlySpan<byte> input)
    {
        var body = input.ToArray();
        _ = EnvelopeReader.TryRead(body, withSdp: true, out _, out _);
        _ = EnvelopeReader.TryRead(body, withSdp: false, out _, out _);
    }

    public static void Control(ReadOnlySpan<byte> input)
    {
        // There is no control socket there.
        if (OperatingSystem.IsWindows()) return;
        try
        {
            _ = JsonSerializer.Deserialize(Encoding.UTF8.GetString(input), ControlJson.Default.ControlRequest);
        }
        catch (JsonException)
        {
            // What the socket answers with bad_request.
        }
    }
}

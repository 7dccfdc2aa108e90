using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Ice;
using QuicPair.SignalingApi.Offers;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi;

/// <summary>
/// What the front door writes. What it reads goes through <see cref="Requests.EnvelopeReader"/>.
/// </summary>
[JsonSerializable(typeof(OfferResponse))]
[JsonSerializable(typeof(IceResponse))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(FleetReport))]
internal sealed partial class SignalingJson : JsonSerializerContext
{
    /// <summary>
    /// Escapes no more than JSON demands (docs/protocol.md, 1); nothing here is ever put into HTML.
    /// </summary>
    public static SignalingJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

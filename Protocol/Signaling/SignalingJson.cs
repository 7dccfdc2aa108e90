using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>Source-generated JSON of the signaling bodies, for the phone's side.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OfferRequest))]
[JsonSerializable(typeof(OfferResponse))]
[JsonSerializable(typeof(IceRequest))]
[JsonSerializable(typeof(IceResponse))]
[JsonSerializable(typeof(SignalingProblem))]
public sealed partial class SignalingJson : JsonSerializerContext;

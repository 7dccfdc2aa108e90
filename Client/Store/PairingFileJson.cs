using System.Text.Json.Serialization;

namespace QuicPair.Client.Store;

/// <summary>Source-generated JSON of the pairings file.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PairingFile))]
internal sealed partial class PairingFileJson : JsonSerializerContext;

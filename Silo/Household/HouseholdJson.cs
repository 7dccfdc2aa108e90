using System.Text.Json.Serialization;

namespace QuicPair.Silo.Household;

[JsonSerializable(typeof(MemberInvitation))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinReply))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
internal sealed partial class HouseholdJson : JsonSerializerContext;

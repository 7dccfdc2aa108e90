using System.Text.Json.Serialization;

namespace QuicPair.Client.Store;

/// <summary>How far a pairing is that another Mac vouches for (QP/1 section 5.1).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VouchingStage>))]
public enum VouchingStage
{
    /// <summary>It may never have arrived.</summary>
    Asked,

    /// <summary>The Mac has stored it; no session has shown so.</summary>
    Accepted,
}

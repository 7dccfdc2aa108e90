using System.ComponentModel.DataAnnotations;
using QuicPair.Protocol.Frames;

namespace QuicPair.Silo.Phones;

/// <summary>Section <c>Phones</c> of the configuration.</summary>
internal sealed class PhoneOptions
{
    public const string Section = "Phones";

    /// <summary>The UDP port for all phones; 0 (default) takes a free one.</summary>
    [Range(0, 65_535)]
    public int UdpPort { get; set; }

    /// <summary>
    /// How long messages to phones are made: <c>Pad</c> (default) hides the lengths of words, <c>Off</c> saves bytes.
    /// </summary>
    public PaddingPolicy Padding { get; set; } = PaddingPolicy.Pad;
}

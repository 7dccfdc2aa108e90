namespace QuicPair.SignalingApi.Pages;

/// <summary>A file of the phone's page.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">What they are.</param>
/// <param name="IsImmutable">Whether its name changes when its content does.</param>
internal sealed record PageFile(byte[] Content, string ContentType, bool IsImmutable);

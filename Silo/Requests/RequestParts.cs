using QuicPair.Silo.Answers;

namespace QuicPair.Silo.Requests;

/// <summary>What the requests of every phone share.</summary>
/// <param name="Answers">Every answer of this Mac.</param>
/// <param name="Models">Requests about models.</param>
/// <param name="Devices">Who may do what.</param>
internal sealed record RequestParts(AnswerBook Answers, ModelDesk Models, DeviceDesk Devices);

// Asks a model of your Mac: dotnet run -- '<link that `quicpair pair` shows>' at first, later without it.
using Microsoft.Extensions.AI;
using QuicPair.Client;
using QuicPair.Protocol;

await using var phone = new Phone(new PhoneOptions { Name = "Sample" });
await using var mac = args is [var text] && PairingLink.TryParse(text, out var link, out string _)
    ? phone.Connect(link)
    : phone.Connect(phone.Usable()[0]);
using var client = new QuicPairChatClient(mac);

List<ChatMessage> conversation = [new(ChatRole.System, "Answer in one sentence.")];
while (Console.ReadLine() is { Length: > 0 } question)
{
    conversation.Add(new(ChatRole.User, question));
    var answer = new List<ChatResponseUpdate>();
    await foreach (var update in client.GetStreamingResponseAsync(conversation))
    {
        Console.Write(update.Text);
        answer.Add(update);
    }

    conversation.AddMessages(answer);
    Console.WriteLine();
}

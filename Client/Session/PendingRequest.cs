using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Session;

/// <summary>A request that waits for its reply (QP/1 sections 7.1 and 7.2).</summary>
internal sealed class PendingRequest(IProgress<ProgressMessage>? progress)
{
    private readonly TaskCompletionSource<Message> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the reply, or with the Mac's error.</summary>
    public Task<Message> Reply => _reply.Task;

    /// <summary>Takes a message; true when it is the last one.</summary>
    public bool Take(Message message)
    {
        switch (message)
        {
            case ProgressMessage step:
                progress?.Report(step);
                return false;
            case ErrorMessage error:
                _reply.TrySetException(new AnswerException(error));
                return true;
            default:
                _reply.TrySetResult(message);
                return true;
        }
    }

    public void Fail(ConnectException reason) => _reply.TrySetException(reason);
}

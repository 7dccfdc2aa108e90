namespace QuicPair.SignalingApi.Problems;

/// <summary>Gives every failure that has no body one: what routing, Kestrel and the runtime refuse.</summary>
internal sealed partial class ProblemPages(RequestDelegate next, ILogger<ProblemPages> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            http.Response.StatusCode = refused.StatusCode;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever failed, the caller learns only that something did.
        catch (Exception failure) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            LogFailure(logger, failure);
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        var response = http.Response;
        if (!response.HasStarted && response.StatusCode >= 400 && response.ContentType is null)
        {
            await Problem.Of(response.StatusCode).ExecuteAsync(http);
        }
    }
}

using System.Buffers;
using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>
/// One operation in the AWS JSON 1.1 protocol: a POST of a JSON object, named by <c>X-Amz-Target</c>, answered by a
/// JSON object. <paramref name="write"/> fills the request's object, <paramref name="read"/> takes the answer's.
/// </summary>
internal sealed class JsonOperation(
    string name,
    Action<Utf8JsonWriter, AmazonWebServiceRequest> write,
    Func<JsonElement, AmazonWebServiceResponse> read)
    : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public JsonResponseUnmarshaller Answer { get; } = new Unmarshaller(read);

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json, input);
            json.WriteEndObject();
        }

        var request = new DefaultRequest(input, "SecretsManager")
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = body.WrittenSpan.ToArray(),
        };
        request.Headers["X-Amz-Target"] = $"secretsmanager.{name}";
        request.Headers["Content-Type"] = "application/x-amz-json-1.1";
        return request;
    }

    private sealed class Unmarshaller(Func<JsonElement, AmazonWebServiceResponse> read) : JsonResponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            using var body = JsonDocument.Parse(input.Stream);
            return read(body.RootElement);
        }

        public override AmazonServiceException UnmarshallException(
            JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(input.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            error.InnerException = innerException;
            error.StatusCode = statusCode;
            return error.Code switch
            {
                "ResourceNotFoundException" => new ResourceNotFoundException(error),
                "ResourceExistsException" => new ResourceExistsException(error),
                _ => new AmazonSecretsManagerException(error),
            };
        }
    }
}

use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::ErrorMetadata;

use super::*;

fn answered(status: u16, code: &str, message: &str) -> SdkError<SendEmailError> {
    let words = ErrorMetadata::builder().code(code).message(message).build();
    let response = HttpResponse::new(status.try_into().unwrap(), "".into());
    SdkError::service_error(SendEmailError::generic(words), response)
}

/// The word for what an error means: `again` is tried at once.
fn meaning(error: &SdkError<SendEmailError>) -> &'static str {
    match outcome(error) {
        Err(_) => "again",
        Ok(Outcome::Refused(_)) => "refused",
        Ok(Outcome::Later(_)) => "later",
        Ok(Outcome::Unknown(_)) => "unknown",
        Ok(Outcome::Sent(_)) => "sent",
    }
}

#[test]
fn only_what_ses_has_surely_not_taken_is_tried_again() {
    let cases = [
        (429, "TooManyRequestsException", "slow down", "again"),
        (400, "ThrottlingException", "Maximum sending rate exceeded.", "again"),
        (400, "ThrottlingException", "Daily message quota exceeded.", "later"),
        (400, "LimitExceededException", "", "later"),
        (400, "SendingPausedException", "", "later"),
        (400, "MessageRejected", "Email address is not verified.", "refused"),
        (403, "AccessDeniedException", "not authorized to perform: ses:SendRawEmail", "refused"),
        (500, "InternalFailure", "", "unknown"),
        (503, "ServiceUnavailable", "", "unknown"),
        (503, "TooManyRequestsException", "", "unknown"),
    ];
    for (status, code, message, expected) in cases {
        assert_eq!(meaning(&answered(status, code, message)), expected, "{status} {code} {message}");
    }
}

#[test]
fn a_request_without_an_answer_may_have_arrived() {
    assert_eq!(meaning(&SdkError::timeout_error("no answer")), "unknown");
    assert_eq!(meaning(&SdkError::construction_failure("no credentials")), "later");
}

#[test]
fn the_sandbox_is_told_from_other_refusals() {
    let Ok(Outcome::Refused(error)) = outcome(&answered(400, "MessageRejected", "Email address is not verified."))
    else {
        unreachable!()
    };
    assert!(error.to_string().contains("sandbox"), "{error}");
}

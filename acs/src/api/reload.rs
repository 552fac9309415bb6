//! Reading the settings again, through the API.

use super::auth::Admin;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::reload::{self, Reloaded};
use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/reload",
        post_with(again, says("Reads the settings again.")),
    )
}

/// POST /reload
pub async fn again(State(app): State<Arc<App>>, Admin(_): Admin) -> Answer<Json<Reloaded>> {
    match reload::reload(&app).await {
        Ok(Some(reloaded)) => Ok(Json(reloaded)),
        Ok(None) => Err(ApiError::bad(
            "nobody knows how this server's settings are read",
            "restart the program it is part of",
        )),
        Err(mistakes) => {
            let whys = mistakes.iter();
            let whys = whys.map(|mistake| format!("{}: {}", mistake.what, mistake.why));
            let whys: Vec<String> = whys.collect();
            let fix = "correct the file; the settings in force have not changed";
            Err(ApiError::bad(whys.join("; "), fix))
        }
    }
}

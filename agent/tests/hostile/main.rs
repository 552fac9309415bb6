//! The real agent, shell and all, against other people's ACSs over real sockets: GenieACS to the letter, hostile ones,
//! and sessions that are recorded and replayed.

mod genie;
mod genieacs;
mod hostile;
mod recording;
mod replayed_stories;
mod server;

//! The buttons of the browser: back, forward, and load again.

use e2e::binary::Daemon;
use e2e::browser::Browser;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn the_back_button_goes_to_the_room_before_and_a_page_that_is_loaded_again_shows_its_room() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.types("/join #rust\n").await;
    ana.sees("#title", "#rust").await;
    ana.until("an entry", "history.state?.room === '#rust'").await;
    ana.value("history.back()").await;
    ana.sees("#title", "#lobby").await;
    ana.value("history.forward()").await;
    ana.sees("#title", "#rust").await;
    ana.loads().await;
    ana.sees("#title", "#rust").await;
    let entries = ana.value("history.length").await;
    // What leads back takes the entry away that has led there.
    ana.clicks("[data-room='#lobby']").await;
    ana.until("the entry before", "history.state.room === '#lobby'").await;
    assert_eq!(ana.value("history.length").await, entries);
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_back_button_goes_beyond_a_room_that_the_user_has_left() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    for room in ["#rust", "#go"] {
        ana.types(&format!("/join {room}\n")).await;
        ana.until("an entry", &format!("history.state?.room === '{room}'")).await;
    }
    ana.types("/leave #rust\n").await;
    ana.until("one room less", "!document.querySelector(\"[data-room='#rust']\")").await;
    ana.value("history.back()").await;
    let is_replaced = "history.state.room === '#go' && history.state.from.room === '#lobby'";
    ana.until("another entry in its place", is_replaced).await;
    ana.value("history.back()").await;
    ana.sees("#title", "#lobby").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_again_does_not_change_the_room_while_the_user_types() {
    let Some(browser) = Browser::start().await else { return };
    let data = TempDir::new().unwrap();
    let flags = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&flags).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.opens_without_the_daemon().await;
    ana.types("/join #rust\n").await;
    ana.until("an entry", "history.state?.room === '#rust'").await;
    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.loads().await;
    ana.clicks("#text").await;
    ana.types("half a sen").await;
    let _daemon = Daemon::start_on(daemon.address, &flags).await;
    ana.until("the lobby", "history.state.room === '#lobby'").await;
    ana.types("tence\n").await;
    ana.has(&["half a sentence"]).await;
    ana.sees("#title", "#lobby").await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_back_button_goes_from_a_pane_to_the_messages() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.resizes(390, 844).await;
    ana.until("the first screen", "document.activeElement?.id === 'first-name'").await;
    ana.types("ana\n").await;
    let messages = "document.body.dataset.pane === 'log' && history.state?.pane === 'log'";
    ana.until("the messages", messages).await;
    for (button, pane) in [("#show-rooms", "rooms"), ("#show-users", "users")] {
        ana.clicks(button).await;
        ana.until(pane, &format!("history.state.pane === '{pane}'")).await;
        ana.value("history.back()").await;
        ana.until("the messages", messages).await;
    }
    ana.clicks("#text").await;
    ana.types("hello\n").await;
    ana.has(&["hello"]).await;
    ana.value("document.querySelector('#log article').focus(); 0").await;
    ana.presses("t").await;
    ana.until("the thread", "history.state.pane === 'thread'").await;
    ana.clicks("#close-thread").await;
    ana.until("the messages", messages).await;
    // The thread is not open any more.
    let forward = "new Promise((done) => { addEventListener('popstate', () => done(0), {once: true}); history.forward(); })";
    ana.value(forward).await;
    ana.until("the messages", messages).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_of_a_phone_does_not_cover_the_box() {
    let Some(browser) = Browser::start().await else { return };
    let daemon = Daemon::start(&[]).await;
    let ana = browser.open(daemon.address).await;
    ana.comes_in("ana").await;
    ana.resizes(390, 844).await;
    // As in a browser that leaves the window as high as it was.
    let covers = |pixels: u32| {
        format!(
            "Object.defineProperty(visualViewport, 'height', {{get: () => {pixels}, configurable: true}}); \
             visualViewport.dispatchEvent(new Event('resize')); 0"
        )
    };
    let end = "document.querySelector('#say').getBoundingClientRect().bottom";
    ana.value(&covers(450)).await;
    ana.until("the box above the keyboard", &format!("{end} === 450")).await;
    ana.value(&covers(844)).await;
    ana.until("the box at the end", &format!("{end} === 844")).await;
    assert_eq!(ana.faults().await, [""; 0]);
}

// Cars that can wait stay below the peak that the month is billed for anyway; a car that can not may use the contract.
// The structs are those of strategy.h as evtwin itself lays them out: ./build has it write evtwin_abi.rs.
mod evtwin_abi;
use evtwin_abi::*;
use std::ffi::{c_void, CStr, CString};
use std::os::raw::c_char;
use std::slice::{from_raw_parts, from_raw_parts_mut};

/// Constant data that other threads may read.
#[repr(transparent)]
pub struct Constant<T>(T);
unsafe impl<T> Sync for Constant<T> {}

macro_rules! text {
    ($words:expr) => {
        concat!($words, "\0").as_ptr() as *const c_char
    };
}

/// What users may set: --strategy ./lib@NAME@.so:patience_h=1. evtwin checks the range and fills in the default.
static PARAMS: Constant<[evtwin_param_info; 1]> = Constant([evtwin_param_info {
    id: text!("patience_h"),
    unit: text!("h"),
    help: text!("A car that can wait longer than this adds nothing to the peak."),
    type_: EVTWIN_PARAM_REAL,
    n_choices: 0,
    choices: std::ptr::null(),
    min: 0.0,
    max: 48.0,
    default_number: 2.0,
    default_text: std::ptr::null(),
}]);

static INFO: Constant<evtwin_info> = Constant(evtwin_info {
    struct_size: std::mem::size_of::<evtwin_info>() as u32,
    flags: EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS,
    id: text!("@ID@"),
    name: text!("@NAME@"),
    version: text!("0.1"),
    help: text!("Least laxity first; who can wait stays below the peak billed anyway."),
    params: PARAMS.0.as_ptr(),
    n_params: 1,
    reserved: 0,
});

/// One instance serves one site of one run.
struct Instance {
    c: evtwin_strategy, // what evtwin sees
    host: *const evtwin_host,
    patience_h: f64,
    queue: Vec<(f64, usize)>, // laxity in h, EVSE
}

impl Instance {
    /// Called every quarter of an hour and whenever a car comes or goes. What is not written stays as it is.
    unsafe fn decide(&mut self, site: &evtwin_view, decision: &mut evtwin_decision) {
        let n = site.n_evses as usize;
        let column = |cells: *const f64| from_raw_parts(cells, n);
        let (car_max_kw, car_min_kw) = (column(site.evse_car_max_kw), column(site.evse_car_min_kw));
        let (remaining_kwh, efficiency) = (column(site.evse_remaining_kwh), column(site.evse_efficiency));
        let departs_ns = from_raw_parts(site.evse_departs_ns, n);
        let draws = from_raw_parts(site.evse_draws, n);
        let evse_kw = from_raw_parts_mut(decision.evse_kw, n);

        // Laxity: the hours a car can wait and still get what its driver asked for. The least comes first.
        self.queue.clear();
        for &evse in from_raw_parts(site.connected_evse, site.n_connected as usize) {
            let evse = evse as usize;
            let stays_h = (departs_ns[evse] - site.now_ns) as f64 / 3.6e12;
            let fastest_kw = car_max_kw[evse].max(0.001); // 0 during an outage
            self.queue.push((stays_h - remaining_kwh[evse] / fastest_kw, evse));
        }
        self.queue.sort_by(|a, b| a.partial_cmp(b).expect("laxities are numbers"));

        // Import so far: the building less the sun, then car by car. evtwin's guard holds every limit anyhow.
        let mut import_kw = site.load_kw - site.pv_kw;
        let quiet_kw = site.billed_peak_kw.min(site.contract_kw);
        for &(laxity_h, evse) in &self.queue {
            let most_kw = if laxity_h < self.patience_h { site.contract_kw } else { quiet_kw };
            let mut offer_kw = if draws[evse] != 0 { (most_kw - import_kw).min(car_max_kw[evse]).max(0.0) } else { 0.0 };
            if offer_kw < car_min_kw[evse] {
                offer_kw = 0.0; // below 6 A a car takes nothing
            }
            evse_kw[evse] = offer_kw;
            import_kw += offer_kw / efficiency[evse]; // a DC charger draws more than it gives
        }

        // Storage gives what exceeds the quiet level, and fills up below it.
        for s in 0..site.n_storages as usize {
            let (most_out_kw, most_in_kw) = (*site.storage_max_discharge_kw.add(s), *site.storage_max_charge_kw.add(s));
            let power_kw = (quiet_kw - import_kw).min(most_in_kw).max(-most_out_kw);
            *decision.storage_kw.add(s) = power_kw;
            import_kw += power_kw;
        }
    }
}

// ---- The C ABI. No panic crosses: it becomes a status, and its words the reason that evtwin tells. ----

type Report = unsafe extern "C" fn(*const evtwin_host, u32, *const c_char);

unsafe fn tell_panic(host: *const evtwin_host, panic: &(dyn std::any::Any + Send)) {
    let said = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    let words = CString::new(format!("it panicked: {}", said.unwrap_or("without words"))).unwrap_or_default();
    let report: Report = std::mem::transmute((*host).report);
    report(host, EVTWIN_ERROR, words.as_ptr());
}

unsafe extern "C" fn decide(c: *mut evtwin_strategy, view: *const evtwin_view, decision: *mut evtwin_decision) -> u32 {
    let me = &mut *((*c).self_ as *mut Instance);
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| me.decide(&*view, &mut *decision))) {
        Ok(()) => EVTWIN_OK,
        Err(panic) => {
            tell_panic(me.host, &*panic);
            EVTWIN_FAILED
        }
    }
}

unsafe extern "C" fn destroy(c: *mut evtwin_strategy) {
    drop(Box::from_raw((*c).self_ as *mut Instance));
}

unsafe extern "C" fn info(index: u32) -> *const evtwin_info {
    if index == 0 { &INFO.0 } else { std::ptr::null() }
}

unsafe extern "C" fn create(
    host: *const evtwin_host,
    id: *const c_char,
    values: *const evtwin_param_value,
    n: u32,
    _first: *const evtwin_view,
    out: *mut *mut evtwin_strategy,
) -> u32 {
    *out = std::ptr::null_mut();
    if CStr::from_ptr(id).to_bytes() != b"@ID@" {
        return EVTWIN_UNSUPPORTED;
    }
    let mut patience_h = 2.0;
    for v in 0..n as usize {
        let value = &*values.add(v);
        if CStr::from_ptr(value.id).to_bytes() == b"patience_h" {
            patience_h = value.number;
        }
    }
    let mut me = Box::new(Instance { c: std::mem::zeroed(), host, patience_h, queue: Vec::new() });
    me.c.struct_size = std::mem::size_of::<evtwin_strategy>() as u32;
    me.c.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
    me.c.decide = decide as *const c_void;
    me.c.destroy = destroy as *const c_void;
    let me = Box::into_raw(me);
    (*me).c.self_ = me as *mut c_void;
    *out = &mut (*me).c;
    EVTWIN_OK
}

#[no_mangle]
pub static evtwin_strategy_entry: Constant<evtwin_entry> = Constant(evtwin_entry {
    struct_size: std::mem::size_of::<evtwin_entry>() as u32,
    abi_major: EVTWIN_ABI_MAJOR,
    abi_minor: EVTWIN_ABI_MINOR,
    n_strategies: 1,
    abi_digest: EVTWIN_ABI_DIGEST.as_ptr() as *const c_char,
    info: info as *const c_void,
    create: create as *const c_void,
});

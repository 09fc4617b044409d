/* strategy.h - the C ABI between evtwin (the host) and a charging strategy (the plugin).
 *
 * The contract
 *  1. A plugin is a shared object that exports one data symbol, `evtwin_strategy_entry`. Nothing else is looked up by
 *     name.
 *  2. Versions. The same abi_major is needed; a lower abi_minor is accepted, a higher one refused. Structs begin with
 *     struct_size and only ever grow at the end: a struct from the plugin that is shorter or longer than the one of the
 *     abi_minor it names is refused. While abi_major is 0 nothing is promised from release to release: the digest of
 *     this header must match too, so rebuild plugins with the host they run in.
 *  3. Text is UTF-8 and NUL terminated. Time is int64 nanoseconds since 1970-01-01T00:00Z. Power is kW at the EVSE
 *     meter, positive into the vehicle or the storage, negative out of it. Energy is kWh, money the currency of the
 *     site's tariff, SoC 0..1. NaN means "not known" in a view and "leave as it is" in a decision.
 *  4. The host owns every column, and a pointer is valid until the call returns. The plugin writes only to the columns
 *     of evtwin_decision; the view lies in memory that can not be written. Nobody frees the other side's memory.
 *  5. An instance serves one site and is never entered by two threads at once; distinct instances may run in parallel.
 *     Marks below: [any] callable from any thread at any time, [one] only during a call into the instance and from the
 *     thread that made it.
 *  6. No exception and no longjmp crosses. A failure is a status other than EVTWIN_OK, explained by host->report().
 *  7. Same inputs, same answer: no clock, no entropy, no address order, nothing shared between instances. Random
 *     numbers come from host->random_u64.
 *  8. Optional features are asked for by string id through extension(); an unknown id answers NULL. */
#ifndef EVTWIN_STRATEGY_H
#define EVTWIN_STRATEGY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVTWIN_ABI_MAJOR 0u
#define EVTWIN_ABI_MINOR 4u
/* SHA-256 of this header without this line, which `scripts/abi_digest --write` brings up to date. */
#define EVTWIN_ABI_DIGEST "7e6b280b9b6fc9c1712930d58309ff98d2f65d89d3a59c4a2fb627bf427069e8"

#if defined(_WIN32)
#define EVTWIN_EXPORT __declspec(dllexport)
#else
#define EVTWIN_EXPORT __attribute__((visibility("default")))
#endif

/* What a call answers. */
typedef uint32_t evtwin_status;
#define EVTWIN_OK 0u
#define EVTWIN_BAD_PARAMETER 1u /* a parameter is out of range; report() says which and what is right */
#define EVTWIN_UNSUPPORTED 2u   /* unknown strategy id or feature */
#define EVTWIN_FAILED 3u        /* anything else; report() says what */
#define EVTWIN_BAD_STATE 4u     /* saved state that can not be read back: truncated, damaged, of another version */

/* How serious a report is. */
#define EVTWIN_DEBUG 0u
#define EVTWIN_INFO 1u
#define EVTWIN_WARNING 2u
#define EVTWIN_ERROR 3u

/* ---- Parameters: static tables, so that checks, help and viewers need no instance. ------------------------------ */

/* Types of a parameter. BOOL, INT and REAL travel in `number`, TEXT and CHOICE in `text`. */
#define EVTWIN_PARAM_BOOL 0u
#define EVTWIN_PARAM_INT 1u
#define EVTWIN_PARAM_REAL 2u
#define EVTWIN_PARAM_TEXT 3u
#define EVTWIN_PARAM_CHOICE 4u

typedef struct evtwin_param_info {
  const char* id;             /* as written by users: "cheap_below" */
  const char* unit;           /* "kW", "h", "" when it has none */
  const char* help;           /* one sentence */
  uint32_t type;              /* EVTWIN_PARAM_* */
  uint32_t n_choices;         /* CHOICE only */
  const char* const* choices; /* CHOICE only, [n_choices] */
  double min, max;            /* INT and REAL: both allowed */
  double default_number;      /* NaN: "decided by the strategy", help says how */
  const char* default_text;   /* TEXT and CHOICE */
} evtwin_param_info;

typedef struct evtwin_param_value {
  const char* id;
  double number;    /* BOOL (0 or 1), INT, REAL */
  const char* text; /* TEXT, CHOICE; NULL otherwise */
} evtwin_param_value;

/* ---- The view: what a strategy may know at one decision. -------------------------------------------------------- */

/* Why the strategy is asked; several may hold at once. */
#define EVTWIN_WHY_TICK 1u       /* the scenario's decision tick, aligned to the local clock */
#define EVTWIN_WHY_ARRIVAL 2u    /* a vehicle was plugged in; a reservation alone does not ask */
#define EVTWIN_WHY_DEPARTURE 4u  /* a vehicle was unplugged */
#define EVTWIN_WHY_PRICE 8u      /* the buy or sell price changed */
#define EVTWIN_WHY_LIMIT 16u     /* contract power, an export limit or an EVSE's availability changed */
#define EVTWIN_WHY_WAKE 32u      /* the instant the strategy asked for in decision->wake_ns */
#define EVTWIN_WHY_FINISHED 64u  /* a vehicle stopped drawing: it is full, or has what it takes */
#define EVTWIN_WHY_POWER 128u    /* the base load or the PV changed */
#define EVTWIN_WHY_GRANT 256u    /* a limit changed set-points since the last decision: evse_reason says where */
#define EVTWIN_WHY_BOOKING 512u  /* a reservation was made, moved or expired */
#define EVTWIN_WHY_READING 1024u /* live sites: a meter told something else than was reckoned */

/* What may have changed since the last decision. A bit that is not set is a promise: what was derived from those fields
 * still holds. A bit may be set for nothing; at the first decision all are.
 * ROWS: limit_lower, limit_upper, limit_base, contract_kw, export_limit_kw.
 * SESSIONS: connected_evse, evse_max_kw, the reservations and the columns of the session, but those that move by
 *   themselves: draws, set-point, asked, reason, limit row, power, departs, got, remaining, SoC.
 * PRICES: the prices now, and those of the demand charge.
 * HORIZON: what is foreseen for a step that lay wholly ahead then and does so now. Steps that came into sight and steps
 *   that went by do not count. */
#define EVTWIN_CHANGED_ROWS 1u
#define EVTWIN_CHANGED_SESSIONS 2u
#define EVTWIN_CHANGED_PRICES 4u
#define EVTWIN_CHANGED_HORIZON 8u

/* Why a set-point in force is not what was asked for, as in the corrections of a run file. */
#define EVTWIN_REASON_NONE 0u
#define EVTWIN_REASON_EVSE_RATING 1u    /* above what the EVSE can give, or discharge asked of one that can not */
#define EVTWIN_REASON_MIN_CURRENT 2u    /* below the smallest offer */
#define EVTWIN_REASON_FINITE_RATE 3u    /* between two of the finite rates */
#define EVTWIN_REASON_LIMIT 4u          /* a limit row: evse_limit_row, storage_limit_row */
#define EVTWIN_REASON_NOT_PLUGGED_IN 5u /* power for an EVSE without a vehicle */
#define EVTWIN_REASON_NO_V2G 6u         /* discharge of a vehicle that may not */
#define EVTWIN_REASON_SOC_WINDOW 7u     /* the storage is full or empty */
#define EVTWIN_REASON_STORAGE_RATING 8u
#define EVTWIN_REASON_OUTAGE 9u
#define EVTWIN_REASON_NOT_FINITE 10u
#define EVTWIN_REASON_UNAVOIDABLE 11u /* a row exceeded with every member at 0; of rows, never of an EVSE */

/* Kinds of a limit row: lower <= base + sum over members of coefficient x quantity <= upper. */
#define EVTWIN_LIMIT_POWER_KW 0u  /* quantity: kW; base is what others draw there now (load minus PV) */
#define EVTWIN_LIMIT_CURRENT_A 1u /* quantity: A per phase used */
/* |sum of coefficient x current x exp(j angle)| <= upper; no lower bound; binds set-points */
#define EVTWIN_LIMIT_MAGNITUDE_A 2u

/* Energy and money of the site, kWh >= 0 and the tariff's currency. */
typedef struct evtwin_ledger {
  uint32_t struct_size, reserved;
  double import_kwh, export_kwh; /* at the grid connection */
  double pv_kwh, load_kwh;
  double ev_charge_kwh, ev_discharge_kwh;           /* at the EVSE meters */
  double storage_charge_kwh, storage_discharge_kwh; /* at the storages' AC terminals */
  double losses_kwh;                                /* DC EVSEs, feeders, standby: between the meters */
  double energy_cost;                               /* import x buy price - export x sell price */
  double demand_charge;                             /* growth of the months' demand charges */
  double driver_revenue, v2g_payment;               /* drivers to site, site to drivers */
  double wear_cost;                                 /* of vehicle and storage batteries */
  double co2_kg;                                    /* of the imported energy */
  double unmet_kwh;                                 /* requested and not got, of the sessions that ended */
  double overload_kwh;                              /* imported above the contract power */
  double feeder_overload_kwh;                       /* above the limit of any other row */
  double export_overload_kwh;                       /* exported beyond the export limit */
  double adjusted_kwh; /* live sites: metered less reckoned, of either sign; 0 in a simulation */
} evtwin_ledger;

/* What a demand charge is reckoned on. */
#define EVTWIN_DEMAND_NONE 0u
#define EVTWIN_DEMAND_PEAK 1u     /* the month's highest mean import of a metering window, ratchet included */
#define EVTWIN_DEMAND_CONTRACT 2u /* the contract power: no decision changes it */

/* Columns are structures of arrays: row i of each evse_* column is EVSE i, in the order the scenario declares them.
 * Some columns are lists of lists instead: slices of different lengths, laid end to end. In these pictures n_evses is
 * 4, and EVSEs 0 and 3 have a vehicle.
 *
 * connected_evse: the rows to loop over; j counts them.
 *
 *       j                  0   1                      n_connected = 2
 *       connected_evse   [ 0 | 3 ]
 *                          |   +-------+
 *                          v           v
 *       row i              0   1   2   3
 *       evse_session     [ 7 | 0 | 0 | 9 ]            0: nobody
 *
 * curve_soc, curve_kw: a slice of evse_curve_points[i] from evse_curve_start[i] on; what lies between slices (#) means
 * nothing.
 *
 *       row i                 0   1   2   3
 *       evse_curve_start    [ 0 | 4 | 8 | 12 ]
 *       evse_curve_points   [ 3 | 0 | 0 | 2  ]        0: not known
 *                             |           +-----------------+
 *                             v                             v
 *       p                     0     1     2     3 .. 11     12    13
 *       curve_soc           [ 0   | 0.8 | 1   | #  ..  #  | 0   | 1   ]
 *       curve_kw            [ 50  | 50  | 5   | #  ..  #  | inf | inf ]
 *
 * rate_kw: no gaps, so that the start of row i + 1 ends row i, and the column of starts is one longer than the others.
 * The limit members below are laid out alike, by limit_start.
 *
 *       row i                 0   1   2   3   4 = n_evses
 *       evse_rate_start     [ 0 | 3 | 3 | 3 | 5 ]     rows 1 and 2: empty slices, any power
 *                             |           +-----+
 *                             v                 v
 *       p                     0     1     2     3     4
 *       rate_kw             [ 1.4 | 3.7 | 7.4 | 1.4 | 3.7 ]
 *
 *       row r                 0   1   2 = n_limits
 *       limit_start         [ 0 | 5 | 7 ]             row 0, the grid connection, has all; row 1, a feeder, has two
 *                             |   +-----------+
 *                             v               v
 *       p                     0  1  2  3  4   5  6
 *       limit_member        [ 0  1  2  3  4 | 1  2 ]  0 .. 3 are EVSEs, 4 is storage 0 (n_evses + 0)
 *       limit_coefficient   [ 1  1  1  1  1 | 1  1 ]
 *
 * level_*: a table of n_levels rows, one horizon after the other. Here n_levels is 2 and horizon_steps is 3.
 *
 *       cell                  0     1     2     3     4     5
 *       level_pv_kw         [ 1.0   4.0   2.0 | 2.5   9.0   6.0 ]
 *       step k                0     1     2     0     1     2
 *       l, level[l]           0, 0.1            1, 0.9            cell = l * horizon_steps + k */
typedef struct evtwin_view {
  uint32_t struct_size;
  uint32_t why; /* EVTWIN_WHY_* bits */
  int64_t now_ns;
  int64_t next_tick_ns;     /* the next decision tick after now */
  int64_t tick_ns;          /* nominal distance between ticks */
  int64_t utc_offset_ns;    /* the local clock shows now_ns + utc_offset_ns */
  uint64_t decision_number; /* 0, 1, 2 ... */
  int64_t last_decision_ns; /* when this instance was asked before; the run's start at the first decision */
  int64_t end_ns;           /* end of the run or episode; INT64_MAX where nothing ends: a live site */
  uint32_t changed;         /* EVTWIN_CHANGED_* bits, against last_decision_ns */
  /* Where set-points take time (a scenario's `commands`); both 0 where they arrive at once. */
  uint32_t commands_under_way; /* decisions whose set-points have not arrived yet */
  uint32_t commands_lost;      /* set-points that never arrived, known to be lost since the last decision */

  /* EVSEs: the installation. Length n_evses; constant during a run unless said. */
  uint32_t n_evses;
  uint32_t n_connected, reserved0; /* rows with a session ... */
  const uint32_t* connected_evse;  /* [n_connected] ... ascending: what to loop over, few of the rows on a large site */
  const char* const* evse_id;
  const uint8_t* evse_phases;          /* 1, 2 or 3 AC phases; 0 for DC */
  const double* evse_voltage_v;        /* across one load phase; 0 for DC */
  const double* evse_phase_angle_deg;  /* angle of the EVSE's current phasor, for magnitude rows */
  const double* evse_max_kw;           /* most it may offer now: 0 during an outage (changes) */
  const double* evse_max_discharge_kw; /* >= 0; 0 where the EVSE is not bidirectional */
  const double* evse_efficiency;       /* EVSE meter to AC side; 1 for AC EVSEs */

  /* EVSEs: the session plugged in now. Where evse_session is 0 nobody is, and the row's other entries are 0 (NaN or
   * another value where said). */
  const uint64_t* evse_session; /* number of the session, 1, 2, 3 ... in order of plug-in; 0: nobody */
  /* [n_evses] as the site names the stay, at most 63 bytes of it; "" where nobody is, or the stay has no name. */
  const char* const* evse_session_id;
  const uint64_t* evse_driver;    /* number of the driver, the same at every visit; 0: not known */
  const uint32_t* evse_vehicle;   /* number of the vehicle's model, from 0; UINT32_MAX: not known, or nobody */
  const uint8_t* evse_draws;      /* 1: the vehicle would take power if offered (not full, not finished) */
  const double* evse_setpoint_kw; /* in force now, after the guard */
  const double* evse_asked_kw;    /* that set-point as it was asked for, before the guard; 0: nothing was */
  const uint32_t* evse_reason;    /* EVTWIN_REASON_*: why evse_setpoint_kw is not evse_asked_kw; 0: it is */
  const int32_t* evse_limit_row;  /* the limit row that bound, where the reason is a limit; else -1, also for nobody */
  const double* evse_power_kw;    /* metered now */
  const int64_t* evse_arrived_ns;
  const int64_t* evse_claimed_departs_ns; /* what the driver claimed, as claimed: may lie in the past by now */
  const int64_t* evse_departs_ns;   /* what to plan with: the claimed instant while it lies ahead of now, else the next
                                       tick; never the truth */
  const double* evse_requested_kwh; /* what the driver asked for */
  const double* evse_got_kwh;       /* metered so far, net of what was discharged */
  const double* evse_remaining_kwh; /* max(0, requested - got); what was discharged counts with what putting it back
                                       takes, losses included */
  const double* evse_car_min_kw; /* smallest non-zero offer this EVSE can make this car (6 A minimum, finite rates) */
  const double* evse_car_max_kw; /* largest: min(EVSE, rating of the car's inlet), phases used = min(EVSE, car) */
  const double* evse_car_max_discharge_kw; /* > 0 only for a V2G car whose driver opted in */
  const double* evse_kw_per_a;             /* kW of 1 A on the phases used; 0 for DC */
  const double* evse_priority;             /* 0 by default, higher is more important */
  const double* evse_soc; /* NaN unless a real charger would know it (ISO 15118), as are the next four */
  const double* evse_battery_kwh;
  const double* evse_soc_floor;                /* discharging never goes below */
  const double* evse_car_charge_efficiency;    /* stored kWh = metered kWh x this */
  const double* evse_car_discharge_efficiency; /* metered kWh = stored kWh x this */

  /* Acceptance: what the car on row i takes at most over its SoC, linear between the points p with
   * evse_curve_start[i] <= p < evse_curve_start[i] + evse_curve_points[i]; 0 points where a charger would not know. */
  const uint32_t* evse_curve_start;
  const uint32_t* evse_curve_points;
  const double* curve_soc; /* ascending from 0 to 1 */
  const double* curve_kw;  /* at the EVSE meter, >= 0; infinity where only the EVSE limits */

  /* Finite rates: row i may offer 0 or rate_kw[p], evse_rate_start[i] <= p < evse_rate_start[i+1], ascending, positive,
   * for the car that is plugged in; an empty range means any power from evse_car_min_kw to evse_car_max_kw. */
  const uint32_t* evse_rate_start; /* [n_evses + 1] */
  const double* rate_kw;

  /* Reservations: the next visit announced for row i and not begun; all 0 where none is known. */
  const int64_t* evse_reserved_from_ns;
  const int64_t* evse_reserved_until_ns;
  const double* evse_reserved_kwh;

  /* Storage. Length n_storages; power at its AC terminals. */
  uint32_t n_storages;
  uint32_t storage_policy;   /* EVTWIN_STORAGE_*: what the scenario wants. Follow it by writing storage_kw: nobody else
                                moves a storage */
  const double* storage_kwh; /* capacity */
  const double* storage_soc;
  const double* storage_soc_min;
  const double* storage_soc_max;
  const double* storage_max_charge_kw;
  const double* storage_max_discharge_kw; /* >= 0 */
  const double* storage_charge_efficiency;
  const double* storage_discharge_efficiency;
  const double* storage_power_kw;    /* metered now */
  const double* storage_setpoint_kw; /* in force now, after the guard */
  const double* storage_asked_kw;    /* that set-point as it was asked for; 0: nothing was */
  const uint32_t* storage_reason;    /* EVTWIN_REASON_*, as evse_reason */
  const int32_t* storage_limit_row;  /* as evse_limit_row */

  /* Vehicles unplugged since the last decision, in order of leaving; length n_departed. What such a vehicle would have
   * taken stays unknown. At the first decision also those that left before it, where the scenario gives its history:
   * their session is 0. More of each at the end of this struct. */
  uint32_t n_departed;
  uint32_t n_waiting;               /* vehicles in the queue for an EVSE, now */
  const uint32_t* departed_evse;    /* 0 also where a history does not say */
  const uint64_t* departed_session; /* as in evse_session; 0: it left before the run */
  const int64_t* departed_ns;
  const double* departed_got_kwh;       /* metered, net of what was discharged */
  const double* departed_requested_kwh; /* what the driver had asked for */
  double waiting_kwh;                   /* what the vehicles in the queue ask for together */
  int64_t waiting_since_ns;             /* arrival of the one that has waited longest; 0: nobody waits */
  uint64_t turned_away;                 /* vehicles that left without a charge since the last decision */

  /* Limits as sparse rows; row r has members limit_start[r] .. limit_start[r+1]-1. Row 0 is the grid connection.
   * During a run only limit_lower, limit_upper and limit_base change: members, coefficients and angles are those of the
   * view given to create().
   * A member below n_evses is an EVSE; member n_evses + s is storage s. Lossy feeders are folded into the coefficients
   * (charging side); the guard evaluates them exactly. */
  uint32_t n_limits, reserved1;
  const char* const* limit_name;
  const uint32_t* limit_kind; /* EVTWIN_LIMIT_* */
  const double* limit_lower;  /* -infinity where there is none */
  const double* limit_upper;
  const double* limit_base;    /* constant part now: load minus PV below this point, in the row's unit */
  const uint32_t* limit_start; /* [n_limits + 1] */
  const uint32_t* limit_member;
  /* POWER rows: row kW per kW at the EVSE or storage meter; others: per A (kW / evse_kw_per_a). */
  const double* limit_coefficient;
  const double* limit_angle_deg; /* MAGNITUDE rows: angle of that member's current in this row; 0 in other rows */

  /* The site now. */
  double pv_kw, load_kw;    /* >= 0 */
  double contract_kw;       /* import limit in force; infinity where there is none */
  double export_limit_kw;   /* infinity where there is none */
  double power_setpoint_kw; /* net import the site should have now; NaN where the scenario gives none */

  /* Money now. */
  double buy_per_kwh, sell_per_kwh;
  double driver_price_per_kwh; /* what drivers pay for energy at the EVSE meter */
  double v2g_price_per_kwh;    /* what drivers are paid for energy discharged */
  double unmet_price_per_kwh;  /* worth of a kWh wanted and not got */

  /* The demand charge. One more kW of billed peak costs demand_price_per_kw x demand_fraction this month. */
  uint32_t demand_basis, reserved2; /* EVTWIN_DEMAND_* */
  double demand_price_per_kw;       /* of the whole month; 0 where the basis is not PEAK */
  double demand_fraction;           /* of this month's charge that the run pays: 1, or pro rata in a month cut short */
  double billed_peak_kw;            /* kW the month will be billed for so far, ratchet included */
  double month_peak_kw;             /* the running peak: highest closed metering window of this month */
  int64_t month_end_ns;
  double next_month_demand_price_per_kw; /* the price after month_end_ns; 0 where the basis is not PEAK */
  double next_month_demand_fraction;     /* of that month's charge that the run pays; 0: the run ends before */
  double next_month_floor_kw; /* what it is billed for at least: ratchet and floor of the contract power, this
                                 month's peak so far counted in */
  int64_t metering_window_ns; /* length of the running metering window, with what of it lies before the run: 15, 30 or
                                 60 min by the tariff; another where a change of the local clock falls into it */
  double window_import_kwh;   /* imported so far in the running window; what was exported in it takes nothing off */
  int64_t window_end_ns;      /* its end */

  /* The horizon: step k covers [now, next_tick) for k = 0, then one tick each. As many steps as the instance asked for.
   * A value is the mean over its step of what is foreseen, where nothing else is said. Values were issued at
   * horizon_issued_ns; nothing issued after now is here. */
  uint32_t horizon_steps;
  uint32_t n_levels; /* as the instance asked for */
  int64_t horizon_issued_ns;
  const int64_t* horizon_start_ns; /* [horizon_steps + 1]: step k covers [start[k], start[k+1]) */
  const double* horizon_pv_kw;
  const double* horizon_load_kw;
  const double* horizon_buy_per_kwh;
  const double* horizon_sell_per_kwh;
  const double* horizon_co2_kg_per_kwh;
  const double* horizon_contract_kw;       /* lowest import limit within the step, cuts announced so far included */
  const double* horizon_power_setpoint_kw; /* mean over the part of the step that has one; NaN where none has */
  const double* horizon_arrivals;          /* vehicles expected to plug in during the step */
  const double* horizon_arrivals_kwh;      /* energy they are expected to request */
  /* The horizon as a distribution, where the instance asked for levels; else NULL. Cell [l * horizon_steps + k] is the
   * value that step k stays below with probability level[l]. Where the forecast knows no spread (a forecast that is
   * perfect, or says what yesterday was; a price that is published) every level is the value itself; counts of arrivals
   * are then Poisson about the number expected, unless the forecast is perfect. */
  const double* level; /* [n_levels] ascending in (0, 1): 0.1, 0.5, 0.9 */
  const double* level_pv_kw;
  const double* level_load_kw;
  const double* level_buy_per_kwh;
  const double* level_arrivals;
  const double* level_arrivals_kwh;

  const evtwin_ledger* since_last; /* what the previous decision led to */
  const evtwin_ledger* so_far;     /* the run up to now */

  /* What discharging costs: to this row's driver, [n_evses], the site's price or the owner's minimum, whichever is
   * higher; and in wear. */
  const double* evse_v2g_price_per_kwh;
  double wear_price_per_kwh; /* battery wear per kWh discharged from vehicles and storage, as in wear_cost */

  /* More of the vehicles that left, [n_departed]: as in evse_arrived_ns, evse_claimed_departs_ns, evse_driver and
   * evse_car_max_kw (of a history: what the EVSE could give). */
  const int64_t* departed_arrived_ns;
  const int64_t* departed_claimed_ns;
  const uint64_t* departed_driver;
  const double* departed_max_kw;
  /* 1: it would have taken power when it left. Of a history: it took all that its EVSE could give in its stay. */
  const uint8_t* departed_draws;

  /* [horizon_steps] End of the metering window that the step begins in, on the local clock as metering_window_ns. */
  const int64_t* horizon_window_end_ns;

  /* Bounds of the limit rows over the horizon. n_limits_ahead is n_limits where a feeder's or row's bound changes over
   * time; else 0, both are empty, and rows keep limit_lower and limit_upper (row 0: horizon_contract_kw). Cell
   * [r * horizon_steps + k]: the tightest bound of row r within step k, as the scenario's curve has it. */
  uint32_t n_limits_ahead, reserved3;
  const double* horizon_limit_lower;
  const double* horizon_limit_upper;
} evtwin_view;

/* Storage policies of a scenario; the baselines follow it. */
#define EVTWIN_STORAGE_OFF 0u
#define EVTWIN_STORAGE_SELF_CONSUMPTION 1u /* PV surplus in, own demand out */
#define EVTWIN_STORAGE_PEAK_SHAVING 2u     /* PV surplus in, demand above a target out */
#define EVTWIN_STORAGE_ARBITRAGE 3u        /* in when cheap, out when dear */

/* ---- The decision: columns prefilled by the host. --------------------------------------------------------------- */
typedef struct evtwin_decision {
  uint32_t struct_size, reserved;
  double* evse_kw;    /* [n_evses] NaN on entry = leave the setpoint as it is */
  double* storage_kw; /* [n_storages] NaN on entry = leave as is */
  /* 0 on entry = no own wake-up; else an instant after now. Each decision asks anew: what the one before asked for is
   * forgotten. Where commands take time (a scenario's `commands`) it comes once this decision's set-points have
   * arrived, and not within a second. */
  int64_t wake_ns;
  /* 0 on entry = ask at every tick; else an instant after now: ticks before it are not asked about, this answer stands.
   * Events that the instance subscribes to, and its own wake-up, ask all the same, and each decision asks anew. */
  int64_t quiet_until_ns;
  double expected_cost; /* NaN on entry; what the strategy expects the horizon to cost, recorded */
  /* The plan that this decision is the beginning of, for those who look at the run; nothing follows it by itself.
   * plan_kw[m * plan_steps + k] is the mean power of member m (EVSE m, or storage m - n_evses) in step k of the view's
   * horizon. NaN on entry = what was planned before stands; a vehicle's plan ends when it is unplugged. */
  double* plan_kw;     /* [(n_evses + n_storages) * plan_steps]; NULL where plan_steps is 0 */
  uint32_t plan_steps; /* as the instance asked for */
  uint32_t reserved0;
} evtwin_decision;

/* ---- Host services. --------------------------------------------------------------------------------------------- */
typedef struct evtwin_host {
  uint32_t struct_size, abi_major, abi_minor, reserved;
  void* context; /* the host's own */
  /* [one] Message to the user. EVTWIN_INFO and EVTWIN_WARNING are recorded in the run file with the time of the
   * decision (say why you decided so: the viewer shows it), EVTWIN_ERROR becomes the text of the error. */
  void (*report)(const struct evtwin_host*, uint32_t severity, const char* text);
  /* [any] Pure function of the run's seed, stream and index (Philox4x32-10). */
  uint64_t (*random_u64)(const struct evtwin_host*, uint64_t stream, uint64_t index);
  /* [any] Optional services by id; NULL when unknown. */
  const void* (*extension)(const struct evtwin_host*, const char* id);
} evtwin_host;

/* ---- The plugin. ------------------------------------------------------------------------------------------------ */
#define EVTWIN_STRATEGY_USES_V2G 1u     /* may discharge vehicles */
#define EVTWIN_STRATEGY_USES_STORAGE 2u /* sets storage_kw itself */
#define EVTWIN_STRATEGY_STATELESS 4u    /* an answer depends on its view alone: nothing to save in a checkpoint */
#define EVTWIN_STRATEGY_KEEP_LOADED 8u  /* never unload the file: it started threads of its own (OpenMP, LibTorch) */

typedef struct evtwin_info {
  uint32_t struct_size, flags;
  const char *id, *name, *version, *help; /* id: lower case, digits and '-' */
  const evtwin_param_info* params;        /* [n_params] */
  uint32_t n_params, reserved;
} evtwin_info;

#define EVTWIN_MOST_LEVELS 32u /* of one forecast */

/* Columns of the horizon. Times, limits and set-points are always there. */
#define EVTWIN_READS_PV 1u       /* horizon_pv_kw */
#define EVTWIN_READS_LOAD 2u     /* horizon_load_kw */
#define EVTWIN_READS_PRICES 4u   /* horizon_buy_per_kwh, horizon_sell_per_kwh, horizon_co2_kg_per_kwh */
#define EVTWIN_READS_ARRIVALS 8u /* horizon_arrivals, horizon_arrivals_kwh */
#define EVTWIN_READS_ALL 15u

/* One instance. Its fields are read once, when create() has returned. */
typedef struct evtwin_strategy {
  uint32_t struct_size;
  uint32_t subscribes;    /* EVTWIN_WHY_* bits at which it wants to be asked. Without EVTWIN_WHY_TICK it is asked at
                             events alone; its own wake-up always asks */
  uint32_t horizon_steps; /* forecast steps wanted in the view; 0 = none, and then none are computed */
  uint32_t plan_steps;    /* steps of the horizon for which it writes a plan, at most horizon_steps; 0 = no plan */
  const double* levels;   /* [n_levels] of the forecast, wanted in the view: ascending in (0, 1) */
  uint32_t n_levels;      /* at most EVTWIN_MOST_LEVELS; 0 = none */
  uint32_t horizon_reads; /* EVTWIN_READS_* bits: the horizon's columns that it reads; 0 = all. The others, levels with
                             them, are NaN, and no forecaster is asked for them */
  void* self;             /* the plugin's own */
  evtwin_status (*decide)(struct evtwin_strategy*, const evtwin_view*, evtwin_decision*); /* [one] */
  /* [one] may be NULL. Once, after the last decision, when the run or episode came to its end and the books are closed:
   * now_ns is end_ns, `why` is 0, since_last covers the time from the last decision to the end. Not called for a run
   * that failed or was broken off. */
  evtwin_status (*end)(struct evtwin_strategy*, const evtwin_view* last);
  const void* (*extension)(const struct evtwin_strategy*, const char* id); /* [any] may be NULL */
  void (*destroy)(struct evtwin_strategy*);                                /* [one] */
} evtwin_strategy;

/* ---- Optional: state, for checkpoints. ----------------------------------------------------------------------------
 * extension(strategy, EVTWIN_STATE) of an instance whose answers depend on what it saw before. Bytes are the plugin's
 * own; begin them with a version of your own. */
#define EVTWIN_STATE "evtwin.state/1"

typedef struct evtwin_sink {
  void* context;
  evtwin_status (*write)(const struct evtwin_sink*, const void* bytes, uint64_t n); /* all n, or not EVTWIN_OK */
} evtwin_sink;

typedef struct evtwin_source {
  void* context;
  uint64_t (*read)(const struct evtwin_source*, void* bytes, uint64_t n); /* how many came, 1..n; 0 at the end */
} evtwin_source;

typedef struct evtwin_state {
  uint32_t struct_size, reserved;
  evtwin_status (*save)(const evtwin_strategy*, const evtwin_sink*); /* [one] between two decisions */
  /* [one] Into an instance fresh from create(); from then on it answers as the one that saved. */
  evtwin_status (*load)(evtwin_strategy*, const evtwin_source*);
} evtwin_state;

/* ---- Optional: many sites in one call. -----------------------------------------------------------------------------
 * extension(strategy, EVTWIN_BATCH) of instances whose answers can be had together: one pass of a network for many
 * sites. Where several of them are asked at one instant the host may call decide_many instead of decide; a host need
 * not, and does so only for instances that run in its own process. Answers are those of n calls of decide in order. */
#define EVTWIN_BATCH "evtwin.batch/1"

typedef struct evtwin_batch {
  uint32_t struct_size, reserved;
  /* [one] of every instance at once: from one thread, and none of them is entered by another meanwhile. Instance i sees
   * views[i] and answers in decisions[i]. All came from this library and gave this very evtwin_batch. After a status
   * other than EVTWIN_OK none of the answers counts; the host of any of the instances may be told why. */
  evtwin_status (*decide_many)(evtwin_strategy* const* strategies, const evtwin_view* const* views,
                               evtwin_decision* const* decisions, uint32_t n);
} evtwin_batch;

/* ---- The entry. ------------------------------------------------------------------------------------------------- */
typedef struct evtwin_entry {
  uint32_t struct_size, abi_major, abi_minor;
  uint32_t n_strategies;
  const char* abi_digest;                     /* EVTWIN_ABI_DIGEST */
  const evtwin_info* (*info)(uint32_t index); /* [any] index < n_strategies; static data */
  /* [any] A new instance for one site of one run. `first` is the view at the start (nobody plugged in yet). */
  evtwin_status (*create)(const evtwin_host*, const char* id, const evtwin_param_value*, uint32_t n,
                          const evtwin_view* first, evtwin_strategy** out);
} evtwin_entry;

extern EVTWIN_EXPORT const evtwin_entry evtwin_strategy_entry;

/* A compiler that lays these structs out otherwise can not make plugins. */
#if UINTPTR_MAX == UINT64_MAX
#ifdef __cplusplus
#define EVTWIN_STATIC_ASSERT(condition) static_assert(condition, #condition)
#else
#define EVTWIN_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#endif
EVTWIN_STATIC_ASSERT(sizeof(evtwin_param_info) == 72);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_param_value) == 24);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_ledger) == 168);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_view) == 1120);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_decision) == 64);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_host) == 48);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_info) == 56);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_strategy) == 72);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_sink) == 16);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_source) == 16);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_state) == 24);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_batch) == 16);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_entry) == 40);
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* EVTWIN_STRATEGY_H */
